// What Google's Compute Engine imports: a gzipped tar with one member, `disk.raw`, of whole GiB. The tar is GNU's old format,
// its sparse files in particular ("Sparse Formats, old GNU format" in tar's manual): importers refuse pax.
import { roundUp } from '../../base/size.ts';
import type { DiskImage } from '../../disk/disk.ts';
import { enlargeDisk } from '../../disk/enlarge.ts';
import type { Blob } from '../../store/blob.ts';
import { readBlocks } from '../write/blocks.ts';
import { openGzip } from '../write/gzip.ts';
import type { WrittenFile } from '../write/output-file.ts';
import { spansOf } from '../write/spans.ts';
import { type OutputOptions, writeOutput } from '../write/write-output.ts';

const MiB = 1 << 20;
const GiB = 1 << 30;
const tarBlock = 512;
/** How many regions a header has room for, and each block that follows it. */
const inHeader = 4;
const inExtension = 21;

export async function writeGce(
  disk: DiskImage,
  path: string,
  options: OutputOptions = {},
): Promise<WrittenFile> {
  const whole = await enlargeDisk(disk, roundUp(disk.size, GiB));
  const regions = spansOf(whole, MiB).map(({ first, end }) => ({
    offset: first * MiB,
    size: (end - first) * MiB,
  }));
  let uncompressed: Blob | undefined;
  const written = await writeOutput(
    path,
    async (file) => {
      const gzip = await openGzip(file);
      await gzip.write(renderHeaders(whole.size, regions));
      for await (const { bytes } of readBlocks(whole, MiB, options)) await gzip.write(bytes);
      await gzip.write(new Uint8Array(2 * tarBlock));
      uncompressed = await gzip.finish();
    },
    options,
  );
  return { ...written, ...(uncompressed && { uncompressed }) };
}

interface Region {
  readonly offset: number;
  readonly size: number;
}

/** The header and the blocks that continue its list of regions. */
function renderHeaders(size: number, content: readonly Region[]): Uint8Array {
  // An empty region says where the file ends.
  const regions = [...content, { offset: size, size: 0 }];
  const stored = content.reduce((sum, region) => sum + region.size, 0);
  const extensions = Math.ceil(Math.max(0, regions.length - inHeader) / inExtension);
  const bytes = Buffer.alloc(tarBlock * (1 + extensions));
  bytes.write('disk.raw', 0, 'latin1');
  bytes.write('0000644\x000000000\x000000000\x00', 100, 'latin1');
  writeNumber(bytes, stored, 124);
  writeNumber(bytes, 0, 136);
  bytes.write('S', 156, 'latin1');
  bytes.write('ustar  \x00', 257, 'latin1');
  for (const [index, region] of regions.entries()) {
    const at = placeOfRegion(index);
    writeNumber(bytes, region.offset, at);
    writeNumber(bytes, region.size, at + 12);
  }
  bytes[482] = extensions > 0 ? 1 : 0;
  writeNumber(bytes, size, 483);
  for (let number = 1; number < extensions; number += 1) bytes[tarBlock * number + 504] = 1;
  writeChecksum(bytes.subarray(0, tarBlock));
  return bytes;
}

function placeOfRegion(index: number): number {
  if (index < inHeader) return 386 + 24 * index;
  const beyond = index - inHeader;
  return tarBlock * (1 + Math.floor(beyond / inExtension)) + 24 * (beyond % inExtension);
}

/** Of 12 bytes: octal, or, from 8 GiB on, GNU's binary. */
function writeNumber(bytes: Buffer, value: number, at: number): void {
  if (value < 8 ** 11) bytes.write(`${value.toString(8).padStart(11, '0')}\x00`, at, 'latin1');
  else {
    bytes[at] = 0x80;
    bytes.writeBigUInt64BE(BigInt(value), at + 4);
  }
}

function writeChecksum(header: Buffer): void {
  header.fill(' ', 148, 156);
  const sum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148, 'latin1');
}
