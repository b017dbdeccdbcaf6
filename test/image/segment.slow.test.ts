// What squashfs-tools makes of trees that are large in one way or another.
import { expect, test } from 'vitest';
import { makeSegment } from '../../src/image/segment.ts';
import { file, type Tree } from '../../src/tree/tree.ts';
import { hostTools, testCache } from '../support/tools.ts';

/** A hundred in each directory, all of one size. */
const nearlyEqual = (count: number): Tree =>
  new Map(
    Array.from({ length: count }, (_, at) => [
      `d/${Math.floor(at / 100)}/${at}`,
      file(`${'x'.repeat(500)}${String(at).padStart(8, '0')}`),
    ]),
  );

test.each([100, 10_000, 40_000])('%s nearly equal files are each there, as they were', async (count) => {
  const [cache, tools] = [await testCache(), await hostTools()];
  const { digest } = await makeSegment(cache, tools, nearlyEqual(count), {
    epoch: 0,
    level: 1,
    processors: 1,
  });
  const listed = await tools.run('unsquashfs', ['-lc', cache.blobPath(digest)]);
  expect(listed.stdout.split('\n').filter((line) => /\/\d+\/\d+$/.test(line))).toHaveLength(count);
  const last = await tools.run('unsquashfs', [
    '-cat',
    cache.blobPath(digest),
    `d/${Math.floor((count - 1) / 100)}/${count - 1}`,
  ]);
  expect(last.stdout.slice(-8)).toBe(String(count - 1).padStart(8, '0'));
});
