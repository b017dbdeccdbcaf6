import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataFsUuid, makeDataImage, unpackImage } from '../../src/disk/data.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import { hostTools } from '../support/tools.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'data-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function make(name: string, size: number, epoch = 1_700_000_000) {
  const tools = await hostTools();
  const directory = join(scratch, name);
  await mkdir(directory);
  const packed = join(directory, 'packed');
  return {
    index: await makeDataImage(
      tools.run,
      { osId: 'lighthouse', size, epoch },
      { packed, scratch: directory },
    ),
    packed,
  };
}

test('an empty ext4 that e2fsck finds clean, that grows, and that is small in the cache', async () => {
  const tools = await hostTools();
  const { index, packed } = await make('sound', 256 << 20);
  expect((await stat(packed)).size).toBeLessThan(4 << 20);
  const path = join(scratch, 'sound.img');
  await writeRaw(unpackImage(index, packed), path);
  await tools.run('e2fsck', ['-f', '-n', path]);
  const { stdout } = await tools.run('dumpe2fs', ['-h', path]);
  expect(stdout).toContain(dataFsUuid('lighthouse'));
  expect(stdout).toMatch(/features:.*has_journal.*resize_inode.*metadata_csum/);
  await tools.run('resize2fs', [path, '2G']);
  await tools.run('e2fsck', ['-f', '-n', path]);
});

test('two makings give the same bytes', async () => {
  const [one, other] = [await make('one', 64 << 20), await make('other', 64 << 20)];
  expect(one.index).toEqual(other.index);
  expect(Buffer.compare(await readFile(one.packed), await readFile(other.packed))).toBe(0);
});

test('a data partition too small for a file system says which key to change', async () => {
  const failed = make('small', 4 << 20);
  await expect(failed).rejects.toMatchObject({ fault: 'spec', code: 'data-too-small' });
});
