// The disks of this machine, by what the kernel says of them.
import { sectorSize } from '../../gpt/geometry.ts';
import type { Host } from '../host/host.ts';

export interface MachineDisk {
  /** In /sys/block. */
  readonly name: string;
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly model: string;
  readonly readOnly: boolean;
  /** In bytes, of what it calls a sector. */
  readonly sector: number;
  /** The system runs from it. */
  readonly isMedium: boolean;
  /** What it is used for at this moment: `/dev/sdb1 is mounted on /data`. */
  readonly use: string | undefined;
}

/** What is no disk of a machine, or cannot be started from. */
const others = /^(loop|ram|zram|dm-|md|sr|fd|nbd|drbd|mtdblock|mmcblk\d+(boot\d|rpmb|gp\d))/;

export function listDisks(host: Host, medium: string): MachineDisk[] {
  return (host.listDirectory('/sys/block') ?? [])
    .filter((name) => !others.test(name))
    .map((name) => describeDisk(host, name, medium))
    .filter(({ size }) => size > 0);
}

function describeDisk(host: Host, name: string, medium: string): MachineDisk {
  const read = (attribute: string) => host.readText(`/sys/block/${name}/${attribute}`)?.trim();
  const partitions = (host.listDirectory(`/sys/block/${name}`) ?? []).filter(
    (each) => each.startsWith(name) && read(`${each}/partition`) !== undefined,
  );
  return {
    name,
    path: `/dev/${name}`,
    size: Number(read('size') ?? 0) * sectorSize,
    model: modelOf(name, read),
    readOnly: read('ro') === '1',
    sector: Number(read('queue/logical_block_size') ?? sectorSize),
    isMedium: [name, ...partitions].includes(medium),
    use: useOf(host, name, partitions),
  };
}

function modelOf(name: string, read: (attribute: string) => string | undefined): string {
  const words = [read('device/vendor'), read('device/model') ?? read('device/name')];
  // A PCI vendor's number says nothing to a person.
  const known = words.filter((word) => word && !word.startsWith('0x')).join(' ');
  return known || (name.startsWith('vd') ? 'virtual disk' : 'disk');
}

function useOf(host: Host, name: string, partitions: readonly string[]): string | undefined {
  const paths = new Set([name, ...partitions].map((each) => `/dev/${each}`));
  const firstWords = (file: string) =>
    (host.readText(file) ?? '').split('\n').map((line) => line.split(/\s+/) as [string, string?]);
  const mount = firstWords('/proc/self/mounts').find(([device]) => paths.has(device));
  if (mount) return `${mount[0]} is mounted on ${mount[1]}`;
  const swap = firstWords('/proc/swaps').find(([device]) => paths.has(device));
  if (swap) return `${swap[0]} is swap`;
  const places = [name, ...partitions.map((each) => `${name}/${each}`)];
  const held = places.find((each) => (host.listDirectory(`/sys/block/${each}/holders`) ?? []).length > 0);
  return (
    held &&
    `/dev/${held.split('/').at(-1)} is a part of ${host.listDirectory(`/sys/block/${held}/holders`)!.join(', ')}`
  );
}
