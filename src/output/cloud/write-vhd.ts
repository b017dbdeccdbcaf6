// VHD, Microsoft's "Virtual Hard Disk Image Format Specification" 1.0. Fixed: the disk as it is and a footer, what Azure
// takes. Dynamic: blocks of 2 MiB where there is content, what Glance and Hyper-V take.
import { roundUp } from '../../base/size.ts';
import type { SparseImage } from '../../disk/sparse.ts';
import { deriveGuid, uuidBytes } from '../../gpt/guid.ts';
import type { WrittenFile } from '../write/output-file.ts';
import { copyRange, spansOf } from '../write/spans.ts';
import { type OutputOptions, writeOutput } from '../write/write-output.ts';

const MiB = 1 << 20;
const sectorSize = 512;
const blockSize = 2 * MiB;
/** Says of each sector of a block that it is the disk's own: one sector of ones. */
const bitmap = Buffer.alloc(blockSize / sectorSize / 8, 0xff);
const headerSize = 1024;
const nowhere = 2n ** 64n - 1n;
const types = { fixed: 2, dynamic: 3 } as const;

export interface VhdOptions extends OutputOptions {
  /** What its UUID is derived from: the OS's id and version. */
  readonly identity: string;
}

/** The disk must be of whole MiB: Azure refuses all others. */
export async function writeFixedVhd(
  disk: SparseImage,
  path: string,
  { identity, ...options }: VhdOptions,
): Promise<WrittenFile> {
  if (disk.size % MiB !== 0) throw new RangeError(`a fixed VHD of ${disk.size} bytes, not of whole MiB`);
  return writeOutput(
    path,
    async (file) => {
      await copyRange(disk, { from: 0, to: disk.size }, file, 0, options);
      await file.write(renderFooter(disk.size, 'fixed', identity), disk.size);
    },
    { ...options, begins: disk },
  );
}

/** Footer, header, table, blocks, footer: all places follow from the list of extents. */
export async function writeDynamicVhd(
  disk: SparseImage,
  path: string,
  { identity, ...options }: VhdOptions,
): Promise<WrittenFile> {
  return writeOutput(
    path,
    async (file) => {
      const footer = renderFooter(disk.size, 'dynamic', identity);
      const entries = Math.ceil(disk.size / blockSize);
      const table = Buffer.alloc(roundUp(4 * entries, sectorSize), 0xff);
      const tableAt = footer.length + headerSize;
      const blocks = spansOf(disk, blockSize).flatMap(({ first, end }) =>
        Array.from({ length: end - first }, (_, number) => first + number),
      );
      const hostOf = (number: number) => tableAt + table.length + number * (bitmap.length + blockSize);
      for (const [number, block] of blocks.entries())
        table.writeUInt32BE(hostOf(number) / sectorSize, 4 * block);

      await file.write(Buffer.concat([footer, renderHeader(tableAt, entries), table]), 0);
      for (const [number, block] of blocks.entries()) {
        await file.write(bitmap, hostOf(number));
        const range = { from: block * blockSize, to: (block + 1) * blockSize };
        await copyRange(disk, range, file, hostOf(number) + bitmap.length, options);
      }
      await file.write(footer, hostOf(blocks.length));
    },
    options,
  );
}

/** "Hard Disk Footer Format". The time stays at its epoch. */
function renderFooter(size: number, type: keyof typeof types, identity: string): Buffer {
  const footer = Buffer.alloc(512);
  footer.write('conectix', 0, 'latin1');
  footer.writeUInt32BE(2, 8);
  footer.writeUInt32BE(0x10000, 12);
  footer.writeBigUInt64BE(type === 'fixed' ? nowhere : BigInt(footer.length), 16);
  // QEMU's name for files whose size is the size field's, and not cylinders × heads × sectors (`force_size`).
  footer.write('qem2', 28, 'latin1');
  footer.writeUInt32BE(0x50003, 32);
  footer.write('Wi2k', 36, 'latin1');
  footer.writeBigUInt64BE(BigInt(size), 40);
  footer.writeBigUInt64BE(BigInt(size), 48);
  const { cylinders, heads, sectors } = geometryOf(size);
  footer.writeUInt16BE(cylinders, 56);
  footer.writeUInt8(heads, 58);
  footer.writeUInt8(sectors, 59);
  footer.writeUInt32BE(types[type], 60);
  footer.set(uuidBytes(deriveGuid(identity, 'vhd')), 68);
  footer.writeUInt32BE(checksum(footer), 64);
  return footer;
}

/** "Dynamic Disk Header Format". */
function renderHeader(tableAt: number, entries: number): Buffer {
  const header = Buffer.alloc(headerSize);
  header.write('cxsparse', 0, 'latin1');
  header.writeBigUInt64BE(nowhere, 8);
  header.writeBigUInt64BE(BigInt(tableAt), 16);
  header.writeUInt32BE(0x10000, 24);
  header.writeUInt32BE(entries, 28);
  header.writeUInt32BE(blockSize, 32);
  header.writeUInt32BE(checksum(header), 36);
  return header;
}

/** The one's complement of the sum of all bytes, the checksum's own counting as zeros. */
function checksum(bytes: Uint8Array): number {
  return ~bytes.reduce((sum, byte) => sum + byte, 0) >>> 0;
}

/** "Appendix: CHS Calculation". */
function geometryOf(size: number): { cylinders: number; heads: number; sectors: number } {
  const total = Math.min(size / sectorSize, 65535 * 16 * 255);
  const geometry = (sectors: number, heads: number) => ({
    cylinders: Math.floor(Math.floor(total / sectors) / heads),
    heads,
    sectors,
  });
  if (total >= 65535 * 16 * 63) return geometry(255, 16);
  const tracks = Math.floor(total / 17);
  const heads = Math.max(4, Math.ceil(tracks / 1024));
  if (tracks < heads * 1024 && heads <= 16) return geometry(17, heads);
  return Math.floor(total / 31) < 16 * 1024 ? geometry(31, 16) : geometry(63, 16);
}
