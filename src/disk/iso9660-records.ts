// The records of ISO 9660 as bytes: ECMA-119, cited by clause. Numbers stand in both orders, names in upper case, which
// Linux and GRUB read as lower case. Put together by iso9660.ts.
import { roundUp } from '../base/size.ts';

export const isoBlock = 2048;
/** 6.2.1: the first 16 sectors belong to whoever boots from it. */
export const systemBlocks = 16;
/** 9.1.4: the longest section of a file that is a multiple of a block; a longer file has several (9.1.6, multi-extent). */
export const longestSection = 0xfffff800;

export const fileFlags = { directory: 2, moreSections: 0x80 } as const;

export interface IsoRecord {
  /** '\0' for the directory itself, '\x01' for its parent. */
  readonly name: string;
  readonly block: number;
  /** In bytes. */
  readonly size: number;
  readonly flags: number;
}

/** 9.1. Seconds since the epoch. `systemUse`: 9.1.13, what is not of ISO 9660. */
export function directoryRecord(
  { name, block, size, flags }: IsoRecord,
  epoch: number,
  systemUse: Uint8Array = new Uint8Array(0),
): Buffer {
  const record = Buffer.alloc(recordSize(name) + roundUp(systemUse.length, 2));
  record.set(systemUse, recordSize(name));
  record[0] = record.length;
  both32(record, 2, block);
  both32(record, 10, size);
  recordDate(epoch).copy(record, 18);
  record[25] = flags;
  both16(record, 28, 1);
  record[32] = name.length;
  record.write(name, 33, 'latin1');
  return record;
}

export function recordSize(name: string): number {
  return 33 + name.length + (name.length % 2 === 0 ? 1 : 0);
}

/** 9.4. `order`: of a table of type L or M. */
export function pathRecord(name: string, block: number, parent: number, order: 'little' | 'big'): Buffer {
  const record = Buffer.alloc(8 + name.length + (name.length % 2));
  record[0] = name.length;
  if (order === 'little') {
    record.writeUInt32LE(block, 2);
    record.writeUInt16LE(parent, 6);
  } else {
    record.writeUInt32BE(block, 2);
    record.writeUInt16BE(parent, 6);
  }
  record.write(name, 8, 'latin1');
  return record;
}

export interface VolumeFacts {
  readonly label: string;
  readonly blocks: number;
  readonly pathTable: { readonly size: number; readonly little: number; readonly big: number };
  /** The root's own record, 34 bytes. */
  readonly root: Buffer;
  readonly epoch: number;
}

/** 8.4. */
export function primaryDescriptor({ label, blocks, pathTable, root, epoch }: VolumeFacts): Buffer {
  const block = descriptor(1);
  const text = (value: string, at: number, length: number) => block.write(value.padEnd(length), at, 'latin1');
  text('', 8, 32);
  text(label, 40, 32);
  both32(block, 80, blocks);
  both16(block, 120, 1);
  both16(block, 124, 1);
  both16(block, 128, isoBlock);
  both32(block, 132, pathTable.size);
  block.writeUInt32LE(pathTable.little, 140);
  block.writeUInt32BE(pathTable.big, 148);
  root.copy(block, 156);
  text('', 190, 623);
  const never = `${'0'.repeat(16)}\0`;
  for (const [at, date] of [
    [813, volumeDate(epoch)],
    [830, volumeDate(epoch)],
    [847, never],
    [864, never],
  ] as const)
    block.write(date, at, 'latin1');
  block[881] = 1;
  return block;
}

/** 8.1 to 8.3. */
export function descriptor(type: number): Buffer {
  const block = Buffer.alloc(isoBlock);
  block[0] = type;
  block.write('CD001', 1, 'latin1');
  block[6] = 1;
  return block;
}

/** 8.4.26.1: sixteen digits and the distance from UTC, which is none. */
function volumeDate(epoch: number): string {
  const digits = new Date(epoch * 1000).toISOString().replace(/\D/g, '').slice(0, 16);
  return `${digits}\0`;
}

/** 9.1.5. Its year has one byte: none before 1900, none after 2155. */
export function recordDate(epoch: number): Buffer {
  const date = new Date(epoch * 1000);
  return Buffer.from([
    date.getUTCFullYear() - 1900,
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    0,
  ]);
}

/** 7.2.3. */
function both16(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt16LE(value, at);
  bytes.writeUInt16BE(value, at + 2);
}

/** 7.3.3. */
export function both32(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32LE(value, at);
  bytes.writeUInt32BE(value, at + 4);
}
