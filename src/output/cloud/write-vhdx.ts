// VHDX, [MS-VHDX]: what Hyper-V takes. Dynamic, blocks of 1 MiB where there is content. All places follow from the list of
// extents: the identifier, two headers and two region tables in the first MiB; an empty log; the metadata; the table of
// blocks; the blocks.
import { roundUp } from '../../base/size.ts';
import type { SparseImage } from '../../disk/sparse.ts';
import { deriveGuid, guidBytes } from '../../gpt/guid.ts';
import { crc32c } from '../write/crc32c.ts';
import type { WrittenFile } from '../write/output-file.ts';
import { copyRange, type Span, spansOf } from '../write/spans.ts';
import { type OutputOptions, writeOutput } from '../write/write-output.ts';

const KiB = 1 << 10;
const MiB = 1 << 20;
const blockSize = MiB;
const logicalSector = 512;
const physicalSector = 4096;
/** 2.2: the first MiB, in parts of 64 KiB. */
const headersAt = [64 * KiB, 128 * KiB];
const regionTablesAt = [192 * KiB, 256 * KiB];
const log = { offset: MiB, size: MiB };
const metadata = { offset: 2 * MiB, size: MiB };
const blockTableAt = 3 * MiB;
/** 2.5.1.1: states of a block. */
const states = { zero: 2n, present: 6n } as const;
/** 2.5: after so many blocks the table has an entry for a bitmap of sectors, which only a disk with a parent uses. */
const chunkRatio = (2 ** 23 * logicalSector) / blockSize;

export interface VhdxOptions extends OutputOptions {
  /** What its GUIDs are derived from: the OS's id and version. */
  readonly identity: string;
}

export async function writeVhdx(
  disk: SparseImage,
  path: string,
  { identity, ...options }: VhdxOptions,
): Promise<WrittenFile> {
  const guid = (role: string) => guidBytes(deriveGuid(identity, `vhdx-${role}`));
  return writeOutput(
    path,
    async (file) => {
      const spans = spansOf(disk, blockSize);
      const table = renderBlockTable(spans, Math.ceil(disk.size / blockSize));
      await file.write(renderIdentifier(), 0);
      for (const [sequence, at] of headersAt.entries()) await file.write(renderHeader(sequence, guid), at);
      for (const at of regionTablesAt) await file.write(renderRegions(table.length), at);
      await file.write(renderMetadata(disk.size, guid('disk')), metadata.offset);
      await file.write(table, blockTableAt);
      let position = blockTableAt + table.length;
      for (const { first, end } of spans) {
        const range = { from: first * blockSize, to: end * blockSize };
        await copyRange(disk, range, file, position, options);
        position += range.to - range.from;
      }
      await file.extend(position);
    },
    options,
  );
}

/** 2.2.1. */
function renderIdentifier(): Uint8Array {
  const identifier = Buffer.alloc(64 * KiB);
  identifier.write('vhdxfile', 0, 'latin1');
  identifier.write('Catamaran', 8, 'utf16le');
  return identifier;
}

/** 2.2.2: the one with the larger sequence number counts. The log's GUID is zero: nothing is in it. */
function renderHeader(sequence: number, guid: (role: string) => Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 * KiB);
  header.write('head', 0, 'latin1');
  header.writeBigUInt64LE(BigInt(sequence), 8);
  header.set(guid('file-write'), 16);
  header.set(guid('data-write'), 32);
  header.writeUInt16LE(1, 66);
  header.writeUInt32LE(log.size, 68);
  header.writeBigUInt64LE(BigInt(log.offset), 72);
  header.writeUInt32LE(crc32c(header), 4);
  return header;
}

/** 2.2.3. */
function renderRegions(tableSize: number): Uint8Array {
  const regions = Buffer.alloc(64 * KiB);
  regions.write('regi', 0, 'latin1');
  regions.writeUInt32LE(2, 8);
  const entries = [
    ['2dc27766-f623-4200-9d64-115e9bfd4a08', blockTableAt, tableSize],
    ['8b7ca206-4790-4b9a-b8fe-575f050f886e', metadata.offset, metadata.size],
  ] as const;
  for (const [number, [id, offset, size]] of entries.entries()) {
    const at = 16 + 32 * number;
    regions.set(guidBytes(id), at);
    regions.writeBigUInt64LE(BigInt(offset), at + 16);
    regions.writeUInt32LE(size, at + 24);
    regions.writeUInt32LE(1, at + 28); // Required
  }
  regions.writeUInt32LE(crc32c(regions), 4);
  return regions;
}

/** 2.5: the blocks that hold content lie one after the other behind the table. */
function renderBlockTable(spans: readonly Span[], count: number): Buffer {
  const indexOf = (block: number) => block + Math.floor(block / chunkRatio);
  const table = Buffer.alloc(roundUp(8 * indexOf(count), MiB));
  for (let block = 0; block < count; block += 1) table.writeBigUInt64LE(states.zero, 8 * indexOf(block));
  let position = blockTableAt + table.length;
  for (const { first, end } of spans) {
    for (let block = first; block < end; block += 1, position += blockSize) {
      // The place is a multiple of 1 MiB; the state is in the bits below.
      table.writeBigUInt64LE(BigInt(position) | states.present, 8 * indexOf(block));
    }
  }
  return table;
}

/** 2.6: a table of items, and the items from 64 KiB on. */
function renderMetadata(size: number, diskId: Uint8Array): Uint8Array {
  const number = (value: number, length: 4 | 8) => {
    const bytes = Buffer.alloc(length);
    bytes.writeUIntLE(value, 0, Math.min(length, 6));
    return bytes;
  };
  const [isVirtualDisk, isRequired] = [2, 4];
  const items = [
    ['caa16737-fa36-4d43-b3b6-33f0aa44e76b', number(blockSize, 8), isRequired],
    ['2fa54224-cd1b-4876-b211-5dbed83bf4b8', number(size, 8), isVirtualDisk | isRequired],
    ['beca12ab-b2e6-4523-93ef-c309e000c746', diskId, isVirtualDisk | isRequired],
    ['8141bf1d-a96f-4709-ba47-f233a8faab5f', number(logicalSector, 4), isVirtualDisk | isRequired],
    ['cda348c7-445d-4471-9cc9-e9885251c556', number(physicalSector, 4), isVirtualDisk | isRequired],
  ] as const;
  const bytes = Buffer.alloc(128 * KiB);
  bytes.write('metadata', 0, 'latin1');
  bytes.writeUInt16LE(items.length, 10);
  let offset = 64 * KiB;
  for (const [index, [id, value, flags]] of items.entries()) {
    const at = 32 + 32 * index;
    bytes.set(guidBytes(id), at);
    bytes.writeUInt32LE(offset, at + 16);
    bytes.writeUInt32LE(value.length, at + 20);
    bytes.writeUInt32LE(flags, at + 24);
    bytes.set(value, offset);
    offset += value.length;
  }
  return bytes;
}
