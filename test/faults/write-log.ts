// What a machine wrote, in its order and with its flushes, as QEMU's blklogwrites records it (block/blklogwrites.c; the
// format is that of the kernel's Documentation/admin-guide/device-mapper/log-writes.rst), and disks on which a part of what
// was not flushed has been lost.
import { type FileHandle, open } from 'node:fs/promises';

const sector = 512;
const flush = 1n;
const discard = 4n;
const copied = 1 << 20;

export interface LoggedWrite {
  /** In bytes, on the disk. */
  readonly offset: number;
  readonly size: number;
  /** Where its bytes are in the log; undefined: zeros. */
  readonly at?: number;
}

/** What was written between two flushes, in order. */
export type Epoch = readonly LoggedWrite[];

/** For QEMU's -drive: the disk, every write to which is recorded. */
export function loggedDisk(disk: string, log: string): string {
  const file = (filename: string) => ({ driver: 'file', filename });
  const node = { driver: 'blklogwrites', file: file(disk), log: file(log), 'log-sector-size': sector };
  return `json:${JSON.stringify({ driver: 'raw', file: node })}`;
}

export async function readWriteLog(path: string): Promise<Epoch[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const epochs: LoggedWrite[][] = [[]];
    // The superblock's count of entries is written with each flush: what comes after the last one is of no epoch.
    const count = (await bytesAt(file, 0, sector)).readBigUInt64LE(16);
    let at = sector;
    for (let entry = 0n; entry < count && at + sector <= size; entry++) {
      const head = await bytesAt(file, at, sector);
      const [start, sectors, flags] = [0, 8, 16].map((offset) => head.readBigUInt64LE(offset)) as [
        bigint,
        bigint,
        bigint,
      ];
      at += sector;
      const [offset, length] = [Number(start) * sector, Number(sectors) * sector];
      if (flags & flush) epochs.push([]);
      if (length === 0) continue;
      const isDiscard = (flags & discard) !== 0n;
      epochs.at(-1)!.push({ offset, size: length, ...(isDiscard ? {} : { at }) });
      if (!isDiscard) at += length;
    }
    return epochs;
  } finally {
    await file.close();
  }
}

/** Writes those of the epoch's sectors that `keeps` says, each one by itself: whole writes, torn ones, none at all. */
export async function applyEpoch(
  log: string,
  disk: string,
  epoch: Epoch,
  keeps: () => boolean,
): Promise<void> {
  const [from, to] = [await open(log, 'r'), await open(disk, 'r+')];
  try {
    for (const { offset, size, at } of epoch) {
      for (let done = 0; done < size; done += copied) {
        const length = Math.min(copied, size - done);
        const bytes = at === undefined ? Buffer.alloc(length) : await bytesAt(from, at + done, length);
        await writeSectors(to, offset + done, bytes, keeps);
      }
    }
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
}

async function writeSectors(
  file: FileHandle,
  offset: number,
  bytes: Buffer,
  keeps: () => boolean,
): Promise<void> {
  for (let start = 0; start < bytes.length; ) {
    const kept = keeps();
    let end = start + sector;
    while (end < bytes.length && keeps() === kept) end += sector;
    if (kept) await file.write(bytes, start, end - start, offset + start);
    start = end;
  }
}

async function bytesAt(file: FileHandle, offset: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  await file.read(bytes, 0, size, offset);
  return bytes;
}
