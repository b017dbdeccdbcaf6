// Mounts and swap of user-data, in each boot anew: there is no fstab. What is mounted already stays as it is.
import type { MachineConfig, Mount, Swap } from '../../../../contract/user-data/machine-config.ts';
import { AgentError, type Host, runOrThrow } from '../../../host/host.ts';
import type { Report } from '../module.ts';
import { requirePath } from '../places.ts';
import { findDevice } from './device.ts';

/** Words of fstab(5) that are for others than mount(2). */
const forFstab = /^(defaults|nofail|noauto|auto|_netdev|user|users|nouser|owner|group|comment=.*|x-.*)$/;
const mostAuto = 2 * 2 ** 30;
const mountLimit = '60';

export function isRemoteMount({ type, options, source }: Mount): boolean {
  return (
    /^(nfs4?|cifs|smb3|9p-tcp|ceph)$/.test(type) ||
    options.split(',').includes('_netdev') ||
    /^[\w.-]+:\//.test(source)
  );
}

export function mountAll(
  host: Host,
  { mounts, filesystems }: Pick<MachineConfig, 'mounts' | 'filesystems'>,
  isMeant: (mount: Mount) => boolean,
  report: Report,
): void {
  const ofFilesystems = filesystems.flatMap(({ device, type, path }) =>
    path === undefined ? [] : [{ source: device, path, type, options: 'defaults' }],
  );
  for (const mount of [...ofFilesystems, ...mounts].filter(isMeant)) {
    const { source, path, type, options } = mount;
    const isSwap = type === 'swap' || path === 'swap' || path === 'none';
    if (options.split(',').includes('noauto'))
      report.unchanged(`${source} on ${path} is not mounted: noauto`);
    else if (/^ephemeral\d/.test(source))
      report.ignored(`${source} on ${path}: a name of a cloud for a disk; write its device`);
    else if (isSwap) report.attempt(`swap on ${source}`, () => swapOn(host, findDevice(host, source).path));
    else report.attempt(`${source} on ${path}`, () => mountOne(host, mount));
  }
}

function mountOne(host: Host, { source, path, type, options }: Mount): boolean {
  const place = requirePath(path);
  if (mountPoints(host).has(place)) return false;
  const isDevice = /^(\/dev\/|[A-Z]+=)/.test(source);
  const from = isDevice ? findDevice(host, source).path : source;
  host.makeDirectory(place);
  const words = options.split(',').filter((word) => word !== '' && !forFstab.test(word));
  runOrThrow(host, [
    ...(['timeout', '-k', '5', mountLimit, 'mount'] as [string, ...string[]]),
    ...(type === 'auto' || type === 'none' ? [] : ['-t', type]),
    ...(words.length === 0 ? [] : ['-o', words.join(',')]),
    from,
    place,
  ]);
  return true;
}

function mountPoints(host: Host): Set<string> {
  return new Set(
    (host.readText('/proc/self/mounts') ?? '').split('\n').map((line) => line.split(' ')[1] ?? ''),
  );
}

function swapOn(host: Host, path: string): boolean {
  if ((host.readText('/proc/swaps') ?? '').split('\n').some((line) => line.startsWith(`${path} `)))
    return false;
  runOrThrow(host, ['swapon', path]);
  return true;
}

export function useSwap(host: Host, { path, size }: Swap): boolean {
  const place = requirePath(path);
  const there = (host.readText('/proc/swaps') ?? '').split('\n').some((line) => line.startsWith(`${place} `));
  if (there) return false;
  const bytes = size === 'auto' ? Math.min(memoryOf(host), mostAuto) : size;
  const isThere = host.run(['test', '-s', place]).status === 0;
  if (!isThere) {
    host.makeDirectory(place.slice(0, place.lastIndexOf('/')));
    makeSwapFile(host, place, bytes);
  }
  runOrThrow(host, ['swapon', place]);
  return true;
}

/** Of root alone, for it holds what programs hold in memory. */
const swapScript = `umask 077
new=$1.new
trap 'rm -f "$new"' EXIT
fallocate -l "$2" "$new" && mkswap "$new" >/dev/null && mv -f "$new" "$1"`;

function makeSwapFile(host: Host, path: string, bytes: number): void {
  const { status, output } = host.run(['sh', '-c', swapScript, 'sh', path, String(bytes)]);
  if (status !== 0)
    throw new AgentError(`${path} of ${Math.ceil(bytes / 2 ** 20)} MiB cannot be made: ${output.trim()}`, {
      code: 'file-write',
    });
}

function memoryOf(host: Host): number {
  return Number(/^MemTotal:\s*(\d+) kB/m.exec(host.readText('/proc/meminfo') ?? '')?.[1] ?? 1 << 20) * 1024;
}
