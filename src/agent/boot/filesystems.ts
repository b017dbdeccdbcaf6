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
  for (const [type, path, options] of mounts) {
    // Anew each time: a mount may bring the place of the next one.
    if (host.listDirectory(path) === undefined || isMounted(host, path)) continue;
    sayIfFailed(host, ['mount', '-t', type, '-o', options, type, path]);
  }
  for (const [path, target] of links) linkUnlessThere(host, path, target);
}

function isMounted(host: Host, path: string): boolean {
  const lines = (host.readText('/proc/self/mounts') ?? '').split('\n');
  return lines.some((line) => line.split(' ')[1] === path);
}

export function linkUnlessThere(host: Host, path: string, target: string): void {
  sayIfFailed(host, ['sh', '-c', '[ -e "$1" ] || ln -s "$2" "$1"', 'sh', path, target]);
}

/** One that fails does not keep the others from being tried. */
function sayIfFailed(host: Host, command: readonly [string, ...string[]]): void {
  const { status, output } = host.run(command);
  if (status !== 0) host.print(output.trim() || `${command.join(' ')} ended with status ${status}`);
}
