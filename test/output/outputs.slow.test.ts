// One contract for every output that is a disk: QEMU finds it sound and equal to the disk that went in, it is the same
// each time, it appears whole or not at all.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { roundUp } from '../../src/base/size.ts';
import type { DiskImage } from '../../src/disk/disk.ts';
import { type Extent, sparseImage } from '../../src/disk/sparse.ts';
import { writeAws } from '../../src/output/cloud/write-aws.ts';
import { writeDynamicVhd, writeFixedVhd } from '../../src/output/cloud/write-vhd.ts';
import { writeVhdx } from '../../src/output/cloud/write-vhdx.ts';
import { writeVmdk } from '../../src/output/cloud/write-vmdk.ts';
import { writeQcow2 } from '../../src/output/disk/qcow2.ts';
import { writeCompressedQcow2 } from '../../src/output/disk/qcow2-compressed.ts';
import type { WrittenFile } from '../../src/output/write/output-file.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import type { OutputOptions } from '../../src/output/write/write-output.ts';
import { ownedName } from '../../src/store/owner.ts';
import { type Content, contentBytes, contentOf } from '../../src/tree/content.ts';
import { hostTools } from '../support/tools.ts';

type Write = (disk: DiskImage, path: string, options?: OutputOptions) => Promise<WrittenFile>;

interface Output {
  readonly name: string;
  /** As QEMU calls it. */
  readonly format: string;
  readonly write: Write;
  /** In bytes: what the size of a disk is a multiple of. */
  readonly unit?: number;
  /** QEMU has no check of the format. */
  readonly unchecked?: boolean;
}

const identity = 'lighthouse 1.0';
const outputs: readonly Output[] = [
  { name: 'raw', format: 'raw', write: writeRaw, unchecked: true },
  { name: 'aws', format: 'raw', write: writeAws, unchecked: true },
  { name: 'qcow2', format: 'qcow2', write: writeQcow2 },
  { name: 'compressed qcow2', format: 'qcow2', write: writeCompressedQcow2 },
  {
    name: 'vmdk',
    format: 'vmdk',
    write: (disk, path, options) => writeVmdk(disk, path, { ...options, identity }),
    unit: 64 << 10,
  },
  {
    name: 'fixed vhd',
    format: 'vpc',
    write: (disk, path, options) => writeFixedVhd(disk, path, { ...options, identity }),
    unit: 1 << 20,
    unchecked: true,
  },
  {
    name: 'dynamic vhd',
    format: 'vpc',
    write: (disk, path, options) => writeDynamicVhd(disk, path, { ...options, identity }),
    unchecked: true,
  },
  {
    name: 'vhdx',
    format: 'vhdx',
    write: (disk, path, options) => writeVhdx(disk, path, { ...options, identity }),
  },
];

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'output-'));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

/** With an odd seed all bytes are as frequent, as in what is compressed already; with an even one few of them occur. */
const noise = (size: number, seed: number) =>
  Uint8Array.from({ length: size }, (_, at) => ((at + seed) * 31 + 1) & (seed % 2 === 0 ? 0x13 : 0xff));

/** Gaps and sizes to a disk, each second extent in a file. */
async function diskOf(
  pieces: readonly (readonly [gap: number, size: number])[],
  tail: number,
  unit = 512,
): Promise<DiskImage> {
  const path = join(scratch, 'source');
  const bytes = noise(3 << 20, 5);
  await writeFile(path, bytes);
  const extents: Extent[] = [];
  let offset = 0;
  for (const [index, [gap, size]] of pieces.entries()) {
    offset += gap;
    const content: Content =
      index % 2 === 0 ? contentOf(noise(size, index)) : { at: 'file', path, offset: index * 100, size };
    extents.push({ offset, content });
    offset += size;
  }
  return sparseImage(roundUp(offset + tail, unit), extents);
}

async function plainBytes(disk: DiskImage): Promise<Buffer> {
  const bytes = Buffer.alloc(disk.size);
  for (const { offset, content } of disk.extents) bytes.set(await contentBytes(content), offset);
  return bytes;
}

async function virtualSize(format: string, path: string): Promise<unknown> {
  const tools = await hostTools();
  const { stdout } = await tools.run('qemu-img', ['info', '--output=json', '-f', format, path]);
  return JSON.parse(stdout)['virtual-size'];
}

describe.each(outputs)('$name', ({ format, write, unit, unchecked }) => {
  test('QEMU finds no fault in it, and the same bytes as on the disk', async () => {
    const tools = await hostTools();
    const piece = fc.tuple(fc.nat(200_000), fc.integer({ min: 1, max: 200_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.nat(1 << 20), async (pieces, tail) => {
        const disk = await diskOf(pieces, tail + 512, unit);
        const [plain, path] = [join(scratch, 'plain'), join(scratch, 'out')];
        await writeFile(plain, await plainBytes(disk));
        await write(disk, path);
        if (!unchecked) await tools.run('qemu-img', ['check', '-f', format, path]);
        expect(await virtualSize(format, path)).toBe(disk.size);
        await tools.run('qemu-img', ['compare', '-f', 'raw', '-F', format, plain, path]);
      }),
      { numRuns: 8 },
    );
  });

  test('a disk larger than one table of clusters, with content at both ends', async () => {
    const tools = await hostTools();
    const size = 5 * 2 ** 30;
    const disk = sparseImage(size, [
      { offset: 0, content: contentOf(noise(70_000, 1)) },
      { offset: 2 ** 29 - 100, content: contentOf(noise(70_000, 2)) },
      { offset: size - 70_000, content: contentOf(noise(70_000, 3)) },
    ]);
    const path = join(scratch, 'large');
    await write(disk, path);
    expect((await stat(path)).blocks * 512).toBeLessThan(4 << 20);
    if (!unchecked) await tools.run('qemu-img', ['check', '-f', format, path]);
    expect(await virtualSize(format, path)).toBe(size);
  });

  test('two writings give the same bytes', async () => {
    const disk = await diskOf(
      [
        [1000, 100_000],
        [200_000, 300_000],
      ],
      5000,
      unit,
    );
    const [one, other] = [join(scratch, 'one'), join(scratch, 'other')];
    await write(disk, one);
    await write(disk, other);
    expect(Buffer.compare(await readFile(one), await readFile(other))).toBe(0);
  });

  test('after a failure the old output is there, and nothing else', async () => {
    const path = join(scratch, 'out', 'disk');
    await mkdir(join(scratch, 'out'));
    await writeFile(path, 'old');
    const source = join(scratch, 'short');
    await writeFile(source, 'short');
    const disk = sparseImage(1 << 20, [
      { offset: 0, content: contentOf('x') },
      { offset: 4096, content: { at: 'file', path: source, offset: 0, size: 100_000 } },
    ]);
    await expect(write(disk, path)).rejects.toThrow('ended 99995 bytes early');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(join(scratch, 'out'))).toEqual(['disk']);
  });

  test('after an abort in the middle nothing is left', async () => {
    const disk = await diskOf(
      [
        [0, 1000],
        [0, 2_000_000],
      ],
      0,
      unit,
    );
    const abort = new AbortController();
    const reason = new Error('enough');
    const writing = write(disk, join(scratch, 'out'), {
      signal: abort.signal,
      advance: () => abort.abort(reason),
    });
    await expect(writing).rejects.toBe(reason);
    expect(await readdir(scratch)).toEqual(['source']);
  });

  test('what a killed build has left is removed, what a running one writes is not', async () => {
    const path = join(scratch, 'disk');
    const running = `.disk.${ownedName()}.part`;
    const dead = running.replace(/^\.disk\.(\d+)-(\d+)/, '.disk.$1-1');
    const foreign = '.disk.old.part';
    for (const name of [running, dead, foreign]) await writeFile(join(scratch, name), 'x');
    await write(await diskOf([], 512, unit), path);
    expect((await readdir(scratch)).sort()).toEqual([running, foreign, 'disk', 'source'].sort());
  });

  test('progress adds up to the bytes of the disk', async () => {
    const disk = await diskOf(
      [
        [0, 1000],
        [70_000, 2_000_000],
      ],
      0,
      unit,
    );
    let bytes = 0;
    await write(disk, join(scratch, 'out'), { advance: (amount) => (bytes += amount) });
    expect(bytes).toBe(2_001_000);
  });

  test('a directory that is not there is an error with a remedy', async () => {
    const failed = write(await diskOf([], 512, unit), join(scratch, 'absent', 'disk'));
    await expect(failed).rejects.toMatchObject({ fault: 'environment', code: 'output-unwritable' });
  });
});
