// A new GUID Partition Table on a data disk, each partition on a mebibyte. A disk that has a table keeps it, unless its
// data may be lost.

import type { Disk, Partition } from '../../../../contract/user-data/machine-config.ts';
import type { GptPartition } from '../../../../gpt/entry.ts';
import { backupSectors, sectorSize } from '../../../../gpt/geometry.ts';
import { formatUuid } from '../../../../gpt/guid.ts';
import { writeGpt } from '../../../../gpt/write.ts';
import { AgentError, type Host, runOrThrow } from '../../../host/host.ts';
import { withStaged } from '../write.ts';
import { findDevice, partitionName, requireFree } from './device.ts';

const mebibyte = (1 << 20) / sectorSize;
/** Of data, by the Discoverable Partitions Specification's "generic Linux data", and of swap. */
const types = { data: '0fc63daf-8483-4772-8e79-3d69d8477de4', swap: '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f' };
const tries = 50;

/** False where the disk has a table already. */
export function partitionDisk(host: Host, { device, wipe, partitions }: Disk): boolean {
  const found = findDevice(host, device);
  if (!found.isDisk)
    throw new AgentError(`${device} is no disk, but a partition`, {
      code: 'user-data-refused',
      fault: 'spec',
    });
  requireFree(host, found);
  if (!wipe && hasTable(host, found.path)) return false;
  const sectors = Number(host.readText(`/sys/class/block/${found.name}/size`));
  const layout = layOut(host, partitions, sectors);
  const { primary, backup } = writeGpt({ diskGuid: randomGuid(host), sectors, partitions: layout });
  writeAt(host, found.path, backup, sectors - backupSectors);
  writeAt(host, found.path, primary, 0);
  runOrThrow(host, ['blockdev', '--rereadpt', found.path]);
  for (const [index] of layout.entries()) awaitDevice(host, partitionName(found.name, index + 1));
  return true;
}

/** Of either kind: the signature of an MBR is in both. */
function hasTable(host: Host, path: string): boolean {
  const sector = host.readBytes(path, 510, 2);
  return sector[0] === 0x55 && sector[1] === 0xaa;
}

function layOut(host: Host, partitions: readonly Partition[], sectors: number): GptPartition[] {
  const end = Math.floor((sectors - backupSectors) / mebibyte);
  const usable = end - 1;
  let next = 1;
  const sorted = [...partitions].sort((a, b) => a.number - b.number);
  return sorted.map(({ number, label, size, start, type }, index) => {
    if (number !== index + 1)
      throw new AgentError(`partition ${number} comes after ${index}`, {
        code: 'user-data-refused',
        fault: 'spec',
        hint: 'Number them from 1, without gaps.',
      });
    const first = start !== undefined && start > 0 ? start : next;
    const later = sorted.slice(index + 1).some((each) => each.size === undefined);
    const asked =
      size === undefined
        ? end - first
        : 'mebibytes' in size
          ? size.mebibytes
          : Math.floor((usable * size.percent) / 100);
    const last =
      index === sorted.length - 1 && size !== undefined && 'percent' in size
        ? Math.min(first + asked, end)
        : first + asked;
    if (asked < 1 || first < next || last > end || (size === undefined && later))
      throw new AgentError(
        `partition ${number} does not fit on the disk of ${Math.floor(sectors / mebibyte)} MiB`,
        {
          code: 'user-data-refused',
          fault: 'spec',
        },
      );
    next = last;
    return {
      type: typeOf(type),
      guid: randomGuid(host),
      label: (label ?? '').slice(0, 36),
      attributes: 0n,
      firstLba: first * mebibyte,
      lastLba: last * mebibyte - 1,
    };
  });
}

function typeOf(type = ''): string {
  const lower = type.toLowerCase();
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(lower)) return lower;
  return lower === '82' || lower === 'swap' ? types.swap : types.data;
}

function writeAt(host: Host, disk: string, bytes: Uint8Array, sector: number): void {
  withStaged(host, bytes, (staged) => {
    const place = [`bs=${bytes.length}`, `seek=${sector * sectorSize}`, 'oflag=seek_bytes'];
    runOrThrow(host, ['dd', `if=${staged}`, `of=${disk}`, ...place, 'conv=notrunc,fsync']);
  });
}

function awaitDevice(host: Host, name: string): void {
  for (let left = tries; left > 0; left--) {
    if (host.readText(`/sys/class/block/${name}/size`) !== undefined) return;
    host.run(['usleep', '100000']);
  }
  throw new AgentError(`the kernel does not show /dev/${name}`, { code: 'device-missing' });
}

/** RFC 9562, version 4. */
function randomGuid(host: Host): string {
  const guid = host.readBytes('/dev/urandom', 0, 16);
  guid[6] = (guid[6]! & 0x0f) | 0x40;
  guid[8] = (guid[8]! & 0x3f) | 0x80;
  return formatUuid(guid);
}
