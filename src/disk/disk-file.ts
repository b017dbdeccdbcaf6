// A disk image in a file, raw or qcow2, as bytes of the guest's disk. Read only, and written by anyone: every number in
// the file is checked before it is used. For inspect.ts.

import { type FileHandle, open } from 'node:fs/promises';
import { CatamaranError } from '../base/errors.ts';
import type { ReadAt } from '../gpt/read-at.ts';

/** A part of a disk, as if it were a disk of its own. */
export interface DiskPart {
  readonly read: ReadAt;
  /** In bytes. */
  readonly size: number;
}

export interface DiskFile {
  readonly format: 'raw' | 'qcow2';
  /** The guest's disk, in bytes. */
  readonly size: number;
  readonly read: ReadAt;
  close(): Promise<void>;
}

const qcow2Magic = 0x514649fb;
/** Of the L1 table, in bytes: 16 TiB of guest disk with clusters of 64 KiB. */
const maxL1Size = 256 << 10;
const maxDiskSize = 2 ** 44;
const maxCachedTables = 64;

export async function openDiskFile(path: string): Promise<DiskFile> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new CatamaranError(
      'usage',
      {
        code: 'image-unreadable',
        message: `cannot open ${path}: ${cause.message}`,
        hint: 'Give the path of a disk image.',
      },
      { cause },
    );
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw badImage(path, 'it is not a regular file');
    const header = await readFully(file, 0, 512);
    if (header.length >= 104 && header.readUInt32BE(0) === qcow2Magic) {
      return await openQcow2(path, file, stat.size, header);
    }
    return openRaw(path, file, stat.size);
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

function openRaw(path: string, file: FileHandle, size: number): DiskFile {
  if (size > maxDiskSize) throw badImage(path, `a disk of ${size} bytes`);
  const read: ReadAt = async (offset, wanted) => {
    const expected = Math.max(0, Math.min(wanted, size - offset));
    const bytes = await readFully(file, offset, expected);
    if (bytes.length < expected) throw badImage(path, 'it became shorter while it was read');
    return bytes;
  };
  return { format: 'raw', size, read, close: () => file.close() };
}

/** docs/interop/qcow2.rst. What our outputs do not use (backing files, encryption, compression) is refused. */
async function openQcow2(
  path: string,
  file: FileHandle,
  fileSize: number,
  header: Buffer,
): Promise<DiskFile> {
  const fail = (what: string) => badImage(path, what);
  const version = header.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw fail(`qcow2 version ${version} is not known`);
  if (header.readBigUInt64BE(8) !== 0n) throw fail('it has a backing file');
  if (header.readUInt32BE(32) !== 0) throw fail('it is encrypted');
  // Incompatible features: bit 0 (dirty) and 1 (corrupt) say that it was not closed well.
  if (version === 3 && header.readBigUInt64BE(72) !== 0n)
    throw fail('it uses features that are not known here, or is damaged');
  const clusterBits = header.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) throw fail(`clusters of 2^${clusterBits} bytes`);
  const clusterSize = 2 ** clusterBits;
  const size = Number(header.readBigUInt64BE(24));
  const l1Entries = header.readUInt32BE(36);
  const l1Offset = Number(header.readBigUInt64BE(40));
  const perTable = clusterSize / 8;
  if (
    size > maxDiskSize ||
    l1Entries * 8 > maxL1Size ||
    l1Entries < Math.ceil(size / (clusterSize * perTable))
  ) {
    throw fail(`a disk of ${size} bytes with ${l1Entries} tables`);
  }
  if (l1Offset % clusterSize !== 0 || l1Offset + l1Entries * 8 > fileSize)
    throw fail('its L1 table lies outside the file');
  const l1 = await readFully(file, l1Offset, l1Entries * 8);
  const tables = new Map<number, Buffer>();

  const tableAt = async (index: number): Promise<Buffer | undefined> => {
    const offset = Number(l1.readBigUInt64BE(index * 8) & offsetMask);
    if (offset === 0) return undefined;
    if (offset % clusterSize !== 0 || offset + clusterSize > fileSize)
      throw fail(`L2 table ${index} lies outside the file`);
    const known = tables.get(index);
    if (known) return known;
    const table = await readFully(file, offset, clusterSize);
    if (tables.size >= maxCachedTables) tables.clear();
    tables.set(index, table);
    return table;
  };

  /** In the file; undefined where the guest reads zeros. */
  const hostOffset = async (cluster: number): Promise<number | undefined> => {
    const table = await tableAt(Math.floor(cluster / perTable));
    const entry = table?.readBigUInt64BE((cluster % perTable) * 8) ?? 0n;
    if (entry & compressedBit) throw fail('it has compressed clusters');
    const offset = Number(entry & offsetMask);
    if (offset === 0 || (version === 3 && entry & zeroBit)) return undefined;
    // The last cluster may be cut short at the file's end.
    if (offset % clusterSize !== 0 || offset >= fileSize)
      throw fail(`guest cluster ${cluster} lies outside the file`);
    return offset;
  };

  const read: ReadAt = async (offset, wanted) => {
    const bytes = Buffer.alloc(Math.max(0, Math.min(wanted, size - offset)));
    for (let done = 0; done < bytes.length; ) {
      const first = Math.floor((offset + done) / clusterSize);
      const start = await hostOffset(first);
      let end = first + 1;
      const needed = Math.ceil((offset + bytes.length) / clusterSize);
      while (
        end < needed &&
        start !== undefined &&
        (await hostOffset(end)) === start + (end - first) * clusterSize
      )
        end++;
      const length = Math.min(bytes.length - done, end * clusterSize - (offset + done));
      if (start !== undefined) {
        const at = start + offset + done - first * clusterSize;
        (await readFully(file, at, length)).copy(bytes, done);
      }
      done += length;
    }
    return bytes;
  };
  return { format: 'qcow2', size, read, close: () => file.close() };
}

const offsetMask = 0x00fffffffffffe00n;
const compressedBit = 1n << 62n;
const zeroBit = 1n;

async function readFully(file: FileHandle, offset: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await file.read(bytes, done, size - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

export function badImage(path: string, what: string): CatamaranError {
  return new CatamaranError('integrity', {
    code: 'image-malformed',
    message: `${path} cannot be read as a disk image: ${what}`,
    hint: 'Give a disk image, raw or qcow2, that catamaran has built.',
  });
}
