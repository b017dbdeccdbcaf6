// Segments and their root image with real tools: the same bytes each time, the same leaves wherever a segment lies.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { assembleRoot } from '../../src/image/root-image.ts';
import { makeSegment } from '../../src/image/segment.ts';
import type { Blob } from '../../src/store/blob.ts';
import { type Cache, openCache } from '../../src/store/cache.ts';
import type { Tools } from '../../src/tools/tools.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink, type Tree } from '../../src/tree/tree.ts';
import { leavesOf } from '../../src/verity/hash-tree.ts';
import { freshDirectory } from '../component/support.ts';
import { hostTools } from '../support/tools.ts';

let tools: Tools;
beforeAll(async () => {
  tools = await hostTools();
});

const noise = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * index * 7919) >> 5));
const sample: Tree = new Map<string, TreeNode>([
  ['', { ...directory(0o750), uid: 7 }],
  ['bin', directory()],
  ['bin/app', { ...file(noise, 0o4755), mtime: 2_000_000_000 }],
  ['bin/old', { ...file('old'), mtime: 1_000_000 }],
  ['bin/link', symlink('app')],
  ['dev/null', { type: 'character', mode: 0o666, uid: 0, gid: 0, mtime: 0, major: 1, minor: 3 }],
  ['dev', directory()],
  ['cap', { ...file('x'), xattrs: new Map([['user.note', Buffer.from('é')]]) }],
]);
const options = { epoch: 1_700_000_000, level: 3, processors: 2 };

const newCache = async (): Promise<Cache> => openCache(join(await freshDirectory(), 'cache'));

describe('a segment', () => {
  test('has the same bytes from another cache, with more or fewer processors, and from a tree in another order', async () => {
    const { digest } = await makeSegment(await newCache(), tools, sample, options);
    const reversed = new Map([...sample].reverse());
    expect((await makeSegment(await newCache(), tools, reversed, { ...options, processors: 1 })).digest).toBe(
      digest,
    );
  });

  test('is a whole number of blocks, and has the tree’s owners, modes, devices, links, attributes, no later time', async () => {
    const cache = await newCache();
    const segment = await makeSegment(cache, tools, sample, options);
    expect(segment.size % 4096).toBe(0);
    const { stdout } = await tools.run('unsquashfs', ['-lln', '-UTC', cache.blobPath(segment.digest)]);
    expect(stdout).toMatchInlineSnapshot(`
      "drwxr-x--- 0/0                      48 2023-11-14 22:13 squashfs-root
      drwxr-xr-x 0/0                      49 1970-01-01 00:00 squashfs-root/bin
      -rwsr-xr-x 0/0                  100000 2023-11-14 22:13 squashfs-root/bin/app
      lrwxrwxrwx 0/0                       3 1970-01-01 00:00 squashfs-root/bin/link -> app
      -rw-r--r-- 0/0                       3 1970-01-12 13:46 squashfs-root/bin/old
      -rw-r--r-- 0/0                       1 1970-01-01 00:00 squashfs-root/cap
      drwxr-xr-x 0/0                      27 1970-01-01 00:00 squashfs-root/dev
      crw-rw-rw- 0/0                   1,  3 1970-01-01 00:00 squashfs-root/dev/null
      "
    `);
  });

  test.each<[string, Partial<typeof options>]>([
    ['the epoch', { epoch: 1_600_000_000 }],
    ['the level', { level: 15 }],
  ])('%s counts', async (_what, change) => {
    const cache = await newCache();
    const { digest } = await makeSegment(cache, tools, sample, options);
    expect((await makeSegment(cache, tools, sample, { ...options, ...change })).digest).not.toBe(digest);
  });
});

describe('a root image', () => {
  let cache: Cache;
  let parts: Blob[];
  const block = (fill: number, blocks: number) => cache.putBlob(Buffer.alloc(blocks * 4096, fill));
  const imageOf = async (blob: Blob) => new Uint8Array(await readFile(cache.blobPath(blob.digest)));

  async function prepare() {
    cache = await newCache();
    parts = [await block(1, 3), await block(2, 200), await block(3, 1)];
  }

  test('is what veritysetup makes of the same bytes', async () => {
    await prepare();
    const root = await assembleRoot(cache, 'x', parts);
    expect(root.dataBlocks).toBe(204);
    const files = await Promise.all(parts.map(({ digest }) => readFile(cache.blobPath(digest))));
    const directory = await cache.scratch();
    const [data, hash] = [join(directory.path, 'data'), cache.blobPath(root.hashImage.digest)];
    await writeFile(data, Buffer.concat(files));
    // Fails where one block does not fit to the root hash.
    await tools.run('veritysetup', ['verify', data, hash, root.rootHash]);
    await writeFile(data, Buffer.concat(files.map((bytes) => Buffer.from(bytes).fill(9, 0, 1))));
    await expect(tools.run('veritysetup', ['verify', data, hash, root.rootHash])).rejects.toMatchObject({
      code: 'tool-failed',
    });
    await directory.dispose();
  });

  test('has the leaves of each part wherever it lies, whether they are remembered or not', async () => {
    await prepare();
    const [a, b, c] = parts as [Blob, Blob, Blob];
    const first = await assembleRoot(cache, 'x', [a, b, c]);
    const again = await assembleRoot(cache, 'x', [a, b, c]);
    expect(again).toEqual(first);
    const other = await assembleRoot(cache, 'x', [c, a, b]);
    const leaves = leavesOf(await imageOf(first.hashImage), 204)!;
    const moved = leavesOf(await imageOf(other.hashImage), 204)!;
    const size = 32;
    expect(moved.subarray(0, size)).toEqual(leaves.subarray(203 * size));
    expect(moved.subarray(size)).toEqual(leaves.subarray(0, 203 * size));
    expect(other.rootHash).not.toBe(first.rootHash);
    expect((await assembleRoot(cache, 'y', parts)).salt).not.toBe(first.salt);
  });

  test('a part that was damaged in the cache is not believed', async () => {
    await prepare();
    const reopened = await openCache(cache.root);
    await writeFile(cache.blobPath(parts[1]!.digest), Buffer.alloc(200 * 4096, 5));
    await expect(assembleRoot(reopened, 'x', parts)).rejects.toMatchObject({
      fault: 'integrity',
      code: 'cache-blob-lost',
    });
  });
});
