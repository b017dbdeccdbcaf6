import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openCache } from '../../src/store/cache.ts';
import { bundleChild, freshDirectory, noise, sha256 } from './support.ts';

const run = promisify(execFile);

describe('blobs', () => {
  test('are found again, by digest and size', async () => {
    const cache = await openCache(await freshDirectory());
    const bytes = noise(100_000);
    const blob = await cache.putBlob(bytes);
    expect(blob).toEqual({ digest: sha256(bytes), size: 100_000 });
    expect(await cache.hasBlob(blob)).toBe(true);
    expect(await cache.hasBlob({ ...blob, size: 1 })).toBe(false);
    expect(await readFile((await cache.verifiedBlob(blob.digest))!)).toEqual(bytes);
    const hex = blob.digest.slice(7);
    expect(cache.blobPath(blob.digest)).toBe(`${cache.root}/blobs/sha256/${hex.slice(0, 2)}/${hex}`);
  });

  test('come from streams too', async () => {
    const cache = await openCache(await freshDirectory());
    const blob = await cache.putBlob(
      (async function* () {
        yield noise(10, 1);
        yield noise(0, 2);
        yield noise(20, 3);
      })(),
    );
    expect(blob.digest).toBe(sha256(Buffer.concat([noise(10, 1), noise(20, 3)])));
  });

  test.each([
    ['digest', { digest: sha256('another') }, 'blob-digest'],
    ['size', { size: 4 }, 'blob-size'],
  ])('with a wrong %s are refused, and nothing is kept', async (_, expected, code) => {
    const cache = await openCache(await freshDirectory());
    const put = cache.putBlob(Buffer.from('hello'), { ...expected, what: 'the greeting' });
    await expect(put).rejects.toMatchObject({ fault: 'integrity', code, message: /^the greeting has/ });
    expect(await readdir(join(cache.root, 'tmp'))).toEqual([]);
    expect(await cache.verifiedBlob(sha256('hello'))).toBeUndefined();
  });

  test('leave nothing behind when their source fails', async () => {
    const cache = await openCache(await freshDirectory());
    async function* failing() {
      yield Buffer.from('some');
      throw new Error('source broke');
    }
    await expect(cache.putBlob(failing())).rejects.toThrow('source broke');
    expect(await readdir(join(cache.root, 'tmp'))).toEqual([]);
  });

  test('that are damaged on the disk count as absent and are removed', async () => {
    const root = await freshDirectory();
    const { digest } = await (await openCache(root)).putBlob(Buffer.from('hello'));
    const cache = await openCache(root);
    await writeFile(cache.blobPath(digest), 'hellO');
    expect(await cache.verifiedBlob(digest)).toBeUndefined();
    await expect(stat(cache.blobPath(digest))).rejects.toThrow('ENOENT');
    await cache.putBlob(Buffer.from('hello'));
    expect(await cache.verifiedBlob(digest)).toBe(cache.blobPath(digest));
  });
});

describe('results', () => {
  const key = sha256('inputs');

  test('are found again by kind and key', async () => {
    const cache = await openCache(await freshDirectory());
    await cache.putResult('segment', key, { b: [1, 'x', null], a: true });
    expect(await cache.result('segment', key)).toEqual({ a: true, b: [1, 'x', null] });
    expect(await cache.result('image', key)).toBeUndefined();
    expect(await cache.result('segment', sha256('others'))).toBeUndefined();
  });

  test.each([
    ['torn', (text: string) => text.slice(0, -9)],
    ['changed', (text: string) => text.replace('41', '42')],
    ['empty', () => ''],
    ['of another shape', () => '[]'],
    ['null', () => 'null'],
  ])('that are %s count as absent and are removed', async (_, damage) => {
    const cache = await openCache(await freshDirectory());
    await cache.putResult('segment', key, { size: 41 });
    const path = `${cache.root}/results/segment/${key.slice(7)}.json`;
    await writeFile(path, damage(await readFile(path, 'utf8')));
    expect(await cache.result('segment', key)).toBeUndefined();
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  test('take no path as their kind', async () => {
    const cache = await openCache(await freshDirectory());
    await expect(cache.putResult('../x', key, 1)).rejects.toThrow('not a kind');
  });
});

describe('scratch directories', () => {
  test('are fresh, and go with all that is in them', async () => {
    const cache = await openCache(await freshDirectory());
    const [one, two] = [await cache.scratch(), await cache.scratch()];
    expect(one.path).not.toBe(two.path);
    await mkdir(join(one.path, 'deep/locked'), { recursive: true });
    await writeFile(join(one.path, 'deep/locked/file'), '');
    await chmod(join(one.path, 'deep/locked'), 0o000);
    await one.dispose();
    await expect(stat(one.path)).rejects.toThrow('ENOENT');
    await openCache(cache.root);
    expect((await stat(two.path)).isDirectory()).toBe(true);
  });
});

test('use is recorded by the clock that is passed in', async () => {
  const root = await freshDirectory();
  const { digest } = await (await openCache(root)).putBlob(Buffer.from('x'));
  const cache = await openCache(root, { now: () => 1_000_000_000_000 });
  await cache.verifiedBlob(digest);
  expect((await stat(cache.blobPath(digest))).mtimeMs).toBe(1_000_000_000_000);
  await utimes(cache.blobPath(digest), 5, 5);
});

test('many processes put the same and other blobs at once', async () => {
  const root = await freshDirectory();
  const child = await bundleChild(
    root,
    `import { openCache } from './src/store/cache.ts';
     const cache = await openCache(process.argv[2]);
     for (let i = 0; i < 20; i++) {
       const { digest } = await cache.putBlob(Buffer.alloc(50_000, i));
       await cache.putResult('step', digest, { i });
       if (!(await cache.verifiedBlob(digest))) throw new Error('lost ' + i);
       if ((await cache.result('step', digest))?.i !== i) throw new Error('lost result ' + i);
     }`,
  );
  await Promise.all([1, 2, 3, 4].map(() => run(process.execPath, [child, root])));
  const cache = await openCache(root);
  for (let i = 0; i < 20; i += 1) {
    const path = await cache.verifiedBlob(sha256(Buffer.alloc(50_000, i)));
    expect((await readFile(path!)).length).toBe(50_000);
  }
  expect(await readdir(join(root, 'tmp'))).toEqual([]);
});

test('a process killed while it writes leaves nothing visible, and the next one cleans up', async () => {
  const root = await freshDirectory();
  const child = await bundleChild(
    root,
    `import { openCache } from './src/store/cache.ts';
     import { writeFileSync } from 'node:fs';
     const cache = await openCache(process.argv[2]);
     writeFileSync((await cache.scratch()).path + '/file', 'x');
     await cache.putBlob((async function* () {
       yield Buffer.alloc(1 << 20, 7);
       process.stdout.write('half');
       await new Promise(() => setInterval(() => {}, 1000));
     })());`,
  );
  const running = spawn(process.execPath, [child, root], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(running.stdout, 'data');
  await openCache(root);
  expect((await readdir(join(root, 'tmp'))).length).toBe(2);
  running.kill('SIGKILL');
  await once(running, 'exit');
  expect(await readdir(join(root, 'blobs'))).toEqual([]);
  await openCache(root);
  expect(await readdir(join(root, 'tmp'))).toEqual([]);
});

test('a full disk is an error of the environment that names path and remedy, and leaves nothing', async () => {
  const root = await freshDirectory();
  const child = await bundleChild(
    root,
    `import { openCache } from './src/store/cache.ts';
     const cache = await openCache(process.argv[2]);
     await cache.putBlob(Buffer.alloc(1 << 20)).catch((error) => {
       console.log(JSON.stringify({ fault: error.fault, ...error.diagnostics[0] }));
     });`,
  );
  // The limit is on a file's size; the kernel refuses in the same place as for a full disk.
  const { stdout } = await run('sh', ['-c', 'ulimit -f 100; exec "$@"', 'sh', process.execPath, child, root]);
  expect(JSON.parse(stdout)).toMatchObject({
    fault: 'environment',
    code: 'disk-full',
    message: expect.stringContaining(root),
    hint: expect.stringContaining('CATAMARAN_CACHE'),
  });
  expect(await readdir(join(root, 'tmp'))).toEqual([]);
});

test('a root that cannot be made is an error that names it', async () => {
  const directory = await freshDirectory();
  await writeFile(join(directory, 'file'), '');
  await expect(openCache(join(directory, 'file', 'cache'))).rejects.toMatchObject({
    fault: 'environment',
    code: 'disk-forbidden',
  });
});

test.each(['/proc/x', '/sys/x/y'])('%s is no place for a cache, and that is said at once', async (root) => {
  await expect(openCache(root)).rejects.toMatchObject({
    fault: 'environment',
    diagnostics: [{ code: 'disk-forbidden', message: expect.stringContaining('is no disk') }],
  });
});
