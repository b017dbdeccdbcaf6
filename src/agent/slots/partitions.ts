// The partitions that the agent reads and writes, behind one interface: block devices on the machine, and in tests a disk
// that loses what was not flushed. Roles are those of the partition table.

import type { VerityTree } from '../../contract/release-manifest.ts';
import type { PartitionRole, SlotName } from '../../slots/constants.ts';
import { slotRole } from '../../slots/constants.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { readRange } from '../host/read-range.ts';
import { deviceOf } from './device.ts';
import { verifyByKernel } from './verify-tree.ts';

export interface Partitions {
  /** In bytes. */
  sizeOf(role: PartitionRole): number;
  /** From the medium, whatever the page cache holds. */
  read(role: PartitionRole, offset: number, size: number): Uint8Array;
  /** On the medium when it returns. */
  write(role: PartitionRole, offset: number, bytes: Uint8Array): void;
  /** A part of a file to the same place of the partition; on the medium after `flush`. */
  copy(file: string, role: PartitionRole, range: { offset: number; size: number }): void;
  flush(role: PartitionRole): void;
  /** SHA-256 in hex of the first `size` bytes of the medium. */
  digest(role: PartitionRole, size: number): string;
  /** Reads the slot's root through dm-verity, from its first block to its last; throws where one does not fit. */
  verify(slot: SlotName, tree: VerityTree): void;
}

const bytesPath = '/run/catamaran/block';

export function partitionsOf(host: Host): Partitions {
  const devices = new Map<string, string>();
  const find = (role: PartitionRole): string => {
    const device = devices.get(role) ?? deviceOf(host, role);
    devices.set(role, device);
    return device;
  };
  const forget = (device: string) => runOrThrow(host, ['blockdev', '--flushbufs', device]);

  return {
    sizeOf(role) {
      const name = find(role).slice('/dev/'.length);
      return Number(host.readText(`/sys/class/block/${name}/size`)) * 512;
    },

    read(role, offset, size) {
      forget(find(role));
      return host.readBytes(find(role), offset, size);
    },

    write(role, offset, bytes) {
      host.writeFile(bytesPath, bytes);
      const place = [`of=${find(role)}`, `bs=${bytes.length}`, `seek=${offset}`, 'oflag=seek_bytes'];
      const said = runOrThrow(host, ['dd', `if=${bytesPath}`, ...place, 'conv=notrunc,fsync']);
      host.removeFile(bytesPath);
      // A file that is shorter than it should be is no failure to dd.
      if (!said.includes('1+0 records out'))
        throw new AgentError(
          `${role}: not all of ${bytes.length} bytes were written at ${offset}: ${said.trim()}`,
          { code: 'disk-write', hint: 'Look at the disk; it may be failing or read-only.' },
        );
    },

    copy(file, role, { offset, size }) {
      if (size === 0) return;
      const range = [`skip=${offset}`, `seek=${offset}`, `count=${size}`];
      const flags = ['iflag=skip_bytes,count_bytes,fullblock', 'oflag=seek_bytes', 'conv=notrunc'];
      runOrThrow(host, ['dd', `if=${file}`, `of=${find(role)}`, 'bs=1048576', ...range, ...flags]);
    },

    flush(role) {
      runOrThrow(host, ['sync', find(role)]);
      forget(find(role));
    },

    digest(role, size) {
      forget(find(role));
      const output = runOrThrow(host, digestCommand(find(role), size));
      return output.slice(0, 64);
    },

    verify(slot, tree) {
      verifyByKernel(
        host,
        { data: find(slotRole('root', slot)), hashes: find(slotRole('hash', slot)) },
        tree,
      );
    },
  };
}

/** Of the first `size` bytes of a file or device. */
export function digestCommand(path: string, size: number): [string, ...string[]] {
  return ['sh', '-c', `${readRange('"$2"', 0, '"$1"')} | sha256sum`, 'sh', String(size), path];
}
