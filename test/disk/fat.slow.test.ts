import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FatOptions, writeFat } from '../../src/disk/fat.ts';
import { writeStatePartition } from '../../src/disk/state-partition.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import { envOffsets, envSize } from '../../src/slots/constants.ts';
import { parseEnv } from '../../src/slots/env.ts';
import { freshState } from '../../src/slots/state.ts';
import { hostTools } from '../support/tools.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'fat-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const esp: FatOptions = {
  type: 32,
  size: 64 << 20,
  clusterSize: 512,
  label: 'ESP',
  serial: 1,
  mtime: 1_700_000_000,
};
const small: FatOptions = { ...esp, type: 12, size: 1 << 20, clusterSize: 4096, label: 'SMALL' };
const bytesOf = (size: number) => Uint8Array.from({ length: size }, (_, index) => (index * 7) & 0xff);

/** fsck.fat finds nothing, mcopy gives back every byte. */
async function checkImage(files: Map<string, Uint8Array>, options: FatOptions): Promise<void> {
  const tools = await hostTools();
  const path = join(scratch, 'fat.img');
  await writeRaw(writeFat(files, options), path);
  const { stdout } = await tools.run('fsck.fat', ['-n', '-v', path]);
  expect(stdout).not.toMatch(/differ|wrong|invalid|bad|dirty|Reclaim|does not match/i);
  for (const [name, bytes] of files) {
    const copy = await tools.run('mtype', ['-i', path, `::${name}`], { stdout: 'bytes' });
    expect(Buffer.compare(Buffer.from(copy.stdout), bytes)).toBe(0);
  }
}

test('short, long, deep and large: fsck.fat and mtools read what was written', async () => {
  const files = new Map([
    ['EFI/BOOT/BOOTX64.EFI', bytesOf(700_000)],
    ['grub/grub.cfg', bytesOf(3000)],
    ['grub/x86_64-efi/a-module-with-a-long-name.mod', bytesOf(513)],
    ['grub/x86_64-efi/a-module-with-a-longer-name.mod', bytesOf(512)],
    ['empty', new Uint8Array(0)],
    ['exactly-13-ab', bytesOf(1)],
    ...Array.from({ length: 60 }, (_, index) => [`many/file-number-${index}.txt`, bytesOf(index)] as const),
  ]);
  await checkImage(files, esp);
});

test('any set of files survives in a FAT12', async () => {
  // Of two characters at least: the directories below have one, and a name is only one of the two.
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{1,20}(\.[a-z]{1,4})?$/);
  const file = fc.tuple(fc.constantFrom('', 'd/', 'd/e/', 'Long Directory Name/'), name, fc.nat(20_000));
  const files = fc.uniqueArray(file, { minLength: 1, maxLength: 8, selector: ([, each]) => each });
  await fc.assert(
    fc.asyncProperty(files, async (list) => {
      const below = list.map(([at, each, size]) => [`top/${at}${each}`, bytesOf(size)] as const);
      await checkImage(new Map(below), small);
    }),
    { numRuns: 10 },
  );
});

test('the same files give the same bytes, in whatever order they are named', async () => {
  const files: [string, Uint8Array][] = [
    ['b', bytesOf(10)],
    ['a/c', bytesOf(20)],
  ];
  const [one, other] = [join(scratch, 'one'), join(scratch, 'other')];
  await writeRaw(writeFat(new Map(files), small), one);
  await writeRaw(writeFat(new Map(files.reverse()), small), other);
  expect(Buffer.compare(await readFile(one), await readFile(other))).toBe(0);
});

test.each([
  ['too many bytes', new Map([['a', bytesOf(2 << 20)]]), small],
  [
    'names that differ only in case',
    new Map([
      ['a', bytesOf(1)],
      ['A', bytesOf(1)],
    ]),
    small,
  ],
  ['a name that FAT cannot hold', new Map([['a:b', bytesOf(1)]]), small],
  ['too few clusters for FAT32', new Map(), { ...esp, size: 1 << 20 }],
  ['too many clusters for FAT12', new Map(), { ...small, size: 64 << 20 }],
])('%s are refused', (_, files, options) => {
  expect(() => writeFat(files, options)).toThrow(RangeError);
});

test('the env files lie where slots/constants.ts promises, alone in their 4 KiB', async () => {
  const tools = await hostTools();
  const path = join(scratch, 'state.img');
  await writeRaw(writeStatePartition(freshState, { size: 1 << 20, serial: 7, mtime: 0 }), path);
  const image = await readFile(path);
  for (const [index, offset] of envOffsets.entries()) {
    expect(offset % 4096).toBe(0);
    expect(parseEnv(image.subarray(offset, offset + envSize))).toEqual(freshState);
    expect(image.subarray(offset + envSize, offset + 4096).every((byte) => byte === 0)).toBe(true);
    const copy = await tools.run('mtype', ['-i', path, `::env${index + 1}`], { stdout: 'bytes' });
    expect(parseEnv(copy.stdout)).toEqual(freshState);
  }
  await tools.run('fsck.fat', ['-n', path]);
});
