// Sparse files: as GNU tar writes them in each of its formats, and maps that mean harm.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readTar, readTarFile, type TarLimits } from '../../src/archive/read-tar.ts';
import { sameNode } from '../../src/tree/compare.ts';
import { contentBytes, sizeOf } from '../../src/tree/content.ts';
import type { FileNode } from '../../src/tree/node.ts';
import { fileOf, inPieces, paxEntry, type RawEntry, rawTar } from '../tree/support.ts';

const formats = [
  ['--format=gnu'],
  ['--format=posix', '--sparse-version=0.0'],
  ['--format=posix', '--sparse-version=0.1'],
  ['--format=posix', '--sparse-version=1.0'],
];

/** A directory with a file of 40 MiB in which a few pages are written, and a file after it. */
async function sparseDirectory(places: readonly number[]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'catamaran-sparse-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = await open(join(directory, 'holes'), 'w');
  await file.truncate(40 << 20);
  for (const place of places) await file.write(`at ${place}`, place);
  await file.close();
  const next = await open(join(directory, 'next'), 'w');
  await next.write('next');
  await next.close();
  return directory;
}

describe.each(formats)('%s %s', (...format) => {
  const options = format.filter((option) => option !== undefined);

  test.each([
    ['one part', [10 << 20]],
    ['its end', [0, (40 << 20) - 20]],
    ['nothing but a hole', []],
    ['more parts than a header holds', Array.from({ length: 60 }, (_, at) => at << 19)],
  ])('%s', async (_, places) => {
    const directory = await sparseDirectory(places);
    execFileSync('tar', [
      ...options,
      '-S',
      '-C',
      directory,
      '-cf',
      join(directory, 's.tar'),
      'holes',
      'next',
    ]);
    const expected = await readFile(join(directory, 'holes'));
    const path = join(directory, 's.tar');
    expect(sizeOf({ at: 'memory', bytes: await readFile(path) })).toBeLessThan(4 << 20);
    const trees = [await readTarFile(path), await readTar(inPieces(await readFile(path), 700))];
    for (const tree of trees) {
      expect([...tree.keys()]).toEqual(['holes', 'next']);
      const { content } = tree.get('holes') as FileNode;
      expect(content.at).toBe('sparse');
      expect(expected.equals(await contentBytes(content))).toBe(true);
      expect(Buffer.from(await contentBytes((tree.get('next') as FileNode).content)).toString()).toBe('next');
    }
    expect(sameNode(trees[0]!.get('holes')!, trees[1]!.get('holes')!)).toBe(true);
  });
});

const octal = (value: number) => `${value.toString(8).padStart(11, '0')}\0`;

/** An old GNU header with these extents of a file of `size` bytes. */
function old(size: number, extents: readonly (readonly [number, number])[], stored: number): RawEntry {
  return {
    name: 's',
    type: 'S',
    size: stored,
    body: Buffer.alloc(stored),
    patch: (block) => {
      block.write('ustar  \0', 257);
      for (const [at, [offset, count]] of extents.entries())
        block.write(octal(offset) + octal(count), 386 + 24 * at);
      block.write(octal(size), 483);
    },
  };
}

const sparse = (records: Record<string, string>) =>
  paxEntry(Object.fromEntries(Object.entries(records).map(([key, value]) => [`GNU.sparse.${key}`, value])));
const version1 = { major: '1', minor: '0', realsize: '100' };

describe('refused:', () => {
  test.each<[string, RawEntry[], Partial<TarLimits>?]>([
    [
      'parts in disorder',
      [
        old(
          100,
          [
            [50, 5],
            [0, 5],
          ],
          10,
        ),
      ],
    ],
    [
      'parts that overlap',
      [
        old(
          100,
          [
            [0, 6],
            [5, 4],
          ],
          10,
        ),
      ],
    ],
    ['a part behind the end', [old(100, [[96, 10]], 10)]],
    ['fewer bytes than its parts', [old(100, [[0, 20]], 10)]],
    ['more bytes than its parts', [old(100, [[0, 5]], 10)]],
    ['holes without end', [old(2 ** 32, [], 0)], { sparse: 2 ** 31 }],
    ['holes without end, of several files together', [old(600, [], 0), old(600, [], 0)], { sparse: 1000 }],
    ['no size', [sparse({ map: '0,1' }), { body: 'x' }]],
    ['half a pair', [sparse({ map: '0', size: '1' }), { body: 'x' }]],
    ['words for numbers', [sparse({ map: '0,x', size: '1' }), { body: 'x' }]],
    ['no map', [sparse({ name: 'x' }), { body: 'x' }]],
    ['a format of the future', [sparse({ major: '2', minor: '0' }), {}]],
    ['a map with a line without an end', [sparse(version1), { body: '9'.repeat(512) }]],
    ['a map of more parts than are taken', [sparse(version1), { body: '9999999999\n'.padEnd(512, '\0') }]],
    ['a map that is no number', [sparse(version1), { body: '-1\n'.padEnd(512, '\0') }]],
    ['all files together', [{ ...sparse({ map: '0,1' }), type: 'g' }, {}]],
  ])('%s', async (_, entries, limits = {}) => {
    const archive = rawTar(...entries);
    const path = await fileOf(archive);
    for (const reading of [() => readTar(inPieces(archive, 700), limits), () => readTarFile(path, limits)])
      await expect(reading()).rejects.toMatchObject({ fault: 'integrity', code: 'tar-sparse' });
  });

  test('a map that the archive does not hold', async () => {
    const archive = rawTar(sparse(version1), { size: 1 << 30, body: '600\n'.padEnd(512, '\0') });
    await expect(readTar(inPieces(archive.subarray(0, -1024), 700))).rejects.toThrow();
  });
});
