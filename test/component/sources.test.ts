// The files of a component's own directory.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSources } from '../../src/component/sources.ts';
import { bytesOfName } from '../../src/tree/byte-name.ts';
import { contentBytes } from '../../src/tree/content.ts';

test('names that are not UTF-8 are those that the host has', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'catamaran-sources-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, 'component.yml'), 'summary: X\ntree: rootfs\n');
  const place = (path: string) => bytesOfName(join(directory, 'rootfs', path));
  await mkdir(place('d\udce9'), { recursive: true });
  await writeFile(place('d\udce9/f\udcff'), 'latin');
  await writeFile(place('d\udce9/f\ufffd'), 'what UTF-8 would make of it');
  await symlink(bytesOfName('f\udcff'), place('l'));

  const { tree, inputs } = await readSources(directory);
  expect([...tree.keys()].sort()).toEqual(['d\udce9', 'd\udce9/f\udcff', 'd\udce9/f\ufffd', 'l']);
  const node = tree.get('d\udce9/f\udcff')!;
  expect(node.type === 'file' && String(await contentBytes(node.content))).toBe('latin');
  expect(tree.get('l')).toMatchObject({ target: 'f\udcff' });
  expect(inputs['file d\udce9/f\udcff']).not.toBe(inputs['file d\udce9/f\ufffd']);
});
