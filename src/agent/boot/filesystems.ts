// The kernel's own file systems and memory in their places, each where the kernel offers the directory and nothing is there
// yet: an init that mounts them itself is not disturbed.
import type { Host } from '../host/host.ts';

const directories = [
  '/dev/pts',
  '/dev/shm',
  '/dev/mqueue',
  '/run/catamaran',
  '/run/lock',
  '/run/log',
  '/run/resolvconf',
];

/** For mount(8), as fstab(5) has it. */
const tablePath = '/run/catamaran/fstab';

/** Type, place, options. */
const mounts: readonly (readonly [string, string, string])[] = [
  ['tmpfs', '/tmp', 'nosuid,nodev,mode=1777,size=10%'],
  ['devpts', '/dev/pts', 'nosuid,noexec,gid=5,mode=0620,ptmxmode=0666'],
  ['tmpfs', '/dev/shm', 'nosuid,noexec,nodev,mode=1777'],
  ['mqueue', '/dev/mqueue', 'nosuid,noexec,nodev'],
  ['cgroup2', '/sys/fs/cgroup', 'nosuid,noexec,nodev,nsdelegate,memory_recursiveprot'],
  ['bpf', '/sys/fs/bpf', 'nosuid,noexec,nodev,mode=0700'],
  ['pstore', '/sys/fs/pstore', 'nosuid,noexec,nodev,mode=0700'],
  ['efivarfs', '/sys/firmware/efi/efivars', 'nosuid,noexec,nodev'],
  ['securityfs', '/sys/kernel/security', 'nosuid,noexec,nodev'],
  ['debugfs', '/sys/kernel/debug', 'nosuid,noexec,nodev,mode=0700'],
  ['tracefs', '/sys/kernel/tracing', 'nosuid,noexec,nodev,mode=0700'],
  ['configfs', '/sys/kernel/config', 'nosuid,noexec,nodev'],
];

const links = [
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', 'fd/0'],
  ['/dev/stdout', 'fd/1'],
  ['/dev/stderr', 'fd/2'],
] as const;

export function mountFilesystems(host: Host): void {
  sayIfFailed(host, ['mount', '--make-rshared', '/']);
  for (const path of directories) host.makeDirectory(path);
  mountAll(host);
  linkUnlessThere(host, links);
}

/** By one program: it goes on with the next one where one fails. */
function mountAll(host: Host): void {
  const present = (host.readText('/proc/self/mounts') ?? '').split('\n').map((line) => line.split(' ')[1]);
  const wanted = mounts.filter(
    ([, path]) => host.listDirectory(path) !== undefined && !present.includes(path),
  );
  const table = wanted.map(([type, path, options]) => `${type} ${path} ${type} ${options} 0 0\n`);
  host.writeFile(tablePath, table.join(''));
  if (wanted.length > 0) sayIfFailed(host, ['mount', '-a', '-T', tablePath]);
}

/** Each a path and what it leads to. */
export function linkUnlessThere(host: Host, wanted: readonly (readonly [string, string])[]): void {
  const script =
    'failed=0; while [ $# -gt 0 ]; do [ -e "$1" ] || ln -s "$2" "$1" || failed=1; shift 2; done; exit $failed';
  sayIfFailed(host, ['sh', '-c', script, 'sh', ...wanted.flat()]);
}

/** One that fails does not keep the others from being tried. */
function sayIfFailed(host: Host, command: readonly [string, ...string[]]): void {
  const { status, output } = host.run(command);
  if (status !== 0) host.print(output.trim() || `${command.join(' ')} ended with status ${status}`);
}
