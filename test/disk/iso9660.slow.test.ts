// What is written here is read by xorriso, which shares no code with it; and by our own reader.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootCatalog, bootRecord } from '../../src/disk/el-torito.ts';
import { layoutIso, writeIso } from '../../src/disk/iso9660.ts';
import { longestSection } from '../../src/disk/iso9660-records.ts';
import { concatenate, type SparseImage } from '../../src/disk/sparse.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import { hostTools } from '../support/tools.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'iso-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const epoch = 1_700_000_000;
const bytesOf = (size: number) => Uint8Array.from({ length: size }, (_, index) => (index * 31 + size) & 0xff);

function makeIso(files: ReadonlyMap<string, SparseImage>): SparseImage {
  const layout = layoutIso([...files].map(([path, { size }]) => ({ path, size })));
  const uefi = { offset: [...layout.files.values()][0]!.offset, size: 2048 };
  const boot = { record: bootRecord(layout.catalog), catalog: bootCatalog({ uefi }) };
  return writeIso(layout, { label: 'TEST_1', epoch, boot, files });
}

async function xorriso(args: string[]): Promise<string> {
  const tools = await hostTools();
  const { stdout, stderr } = await tools.run('xorriso', ['-no_rc', '-abort_on', 'WARNING', ...args]);
  expect(stderr).not.toMatch(/FAILURE|SORRY|WARNING/);
  return stdout;
}

async function checkIso(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const path = join(scratch, 'x.iso');
  const image = makeIso(new Map([...files].map(([name, bytes]) => [name, concatenate([bytes])])));
  await writeRaw(image, path);
  const out = join(scratch, 'out');
  await rm(out, { recursive: true, force: true });
  await xorriso(['-osirrox', 'on', '-ecma119_map', 'lowercase', '-indev', path, '-extract', '/', out]);
  for (const [name, bytes] of files) {
    expect(Buffer.compare(await readFile(join(out, name)), bytes)).toBe(0);
  }
}

test('xorriso reads every file as it was, in directories of more than one sector', async () => {
  await checkIso(
    new Map([
      ['boot/a.img', bytesOf(5000)],
      ['a/b/c/d/e/f/g/deep.txt', bytesOf(1)],
      ['empty', new Uint8Array(0)],
      ['boot/block', bytesOf(2048)],
      ...Array.from(
        { length: 150 },
        (_, index) => [`many/file_number_${index}.txt`, bytesOf(index)] as const,
      ),
    ]),
  );
});

test('any set of files', async () => {
  const name = fc.stringMatching(/^[a-z0-9_]{2,20}(\.[a-z0-9_]{1,8})?$/);
  const file = fc.tuple(fc.constantFrom('', 'd/', 'd/e/', 'f/'), name, fc.nat(9000));
  const files = fc.uniqueArray(file, { minLength: 1, maxLength: 12, selector: ([, each]) => each });
  await fc.assert(
    fc.asyncProperty(files, async (list) => {
      await checkIso(new Map(list.map(([at, each, size]) => [`${at}${each}`, bytesOf(size)])));
    }),
    { numRuns: 10 },
  );
});

test('every file begins on 4 KiB, in the order in which they are given', () => {
  const files = [
    { path: 'z', size: 1 },
    { path: 'b/y', size: 4097 },
    { path: 'a/x', size: 10 },
  ];
  const layout = layoutIso(files, { tail: 100 });
  const offsets = [...layout.files.values()].map(({ offset }) => offset);
  expect(offsets.map((offset) => offset % 4096)).toEqual([0, 0, 0]);
  expect([...offsets].sort((a, b) => a - b)).toEqual(offsets);
  expect([...layout.files.keys()]).toEqual(files.map(({ path }) => path));
  expect(layout.size % 4096).toBe(0);
  expect(layout.size - 100).toBeGreaterThanOrEqual(offsets[2]! + 10);
});

test('a file of more than 4 GiB has several sections, which xorriso joins', async () => {
  const size = longestSection + 5000;
  const files = new Map([
    ['root.img', { size, extents: concatenate([bytesOf(100)]).extents }],
    ['after', concatenate([bytesOf(7)])],
  ]);
  const path = join(scratch, 'large.iso');
  await writeRaw(makeIso(files), path);
  const list = await xorriso(['-indev', path, '-find', '/', '-type', 'f', '-exec', 'report_lba']);
  const sections = [...list.matchAll(/File data lba:\s+(\d+) ,\s+\d+ ,\s+\d+ ,\s+(\d+) , '\/ROOT.IMG/gi)];
  expect(sections.map(([, number]) => number)).toEqual(['0', '1']);
  await rm(path);
});

test('the same bytes each time', async () => {
  const image = () => makeIso(new Map([['a/b', concatenate([bytesOf(3000)])]]));
  const sums = [];
  for (const name of ['one', 'other']) {
    await writeRaw(image(), join(scratch, name));
    sums.push(
      createHash('sha256')
        .update(await readFile(join(scratch, name)))
        .digest('hex'),
    );
  }
  expect(sums[0]).toBe(sums[1]);
});

test.each(['A', 'a b', 'a/../b', 'a.b.c', '', '/', 'x'.repeat(32), 'a/b/c/d/e/f/g/h/i', 'ä'])(
  'the path %j is refused',
  (path) => {
    expect(() => layoutIso([{ path, size: 1 }])).toThrow(RangeError);
  },
);

test('the validation entry adds up to 0, and xorriso finds the image for UEFI', async () => {
  const path = join(scratch, 'boot.iso');
  await writeRaw(makeIso(new Map([['efi.img', concatenate([bytesOf(2048)])]])), path);
  const report = await xorriso(['-indev', path, '-report_el_torito', 'plain']);
  expect(report).toMatch(/El Torito boot img :\s+1\s+UEFI\s+y\s+none/);
  expect(report).toMatch(/El Torito img path :\s+1\s+\/EFI\.IMG|\/efi\.img/);
});
