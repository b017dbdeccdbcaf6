// Which init the images of a spec bring, and that the page about inits knows each of them.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { initOf, inits } from '../../../src/container/init/table.ts';
import { initNames, initPath, parseInit } from '../../../src/contract/init.ts';
import { directory, file, type ReadonlyTree } from '../../../src/tree/tree.ts';

const image = (text: string): ReadonlyTree => new Map([[initPath, file(text)]]);

test.each(initNames)('%s is found by its word, wherever in the init images it stands', async (name) => {
  expect(parseInit(`${name}\n`)).toBe(name);
  expect(await initOf([new Map(), image(`${name}\n`), new Map()])).toBe(inits[name]);
});

test("LinuxKit's own init says nothing, and is taken as it is", async () => {
  expect(await initOf([new Map()])).toBeUndefined();
});

test.each([
  ['another word', image('openrc\n')],
  ['none', image('')],
  ['a long text', image('runit\n'.repeat(1000))],
  ['a directory', new Map([[initPath, directory()]])],
])('%s in its place is an error that names those that there are', async (_, tree) => {
  await expect(initOf([tree])).rejects.toMatchObject({
    fault: 'spec',
    code: 'init-unknown',
    diagnostics: [{ hint: `It holds one word: ${initNames.join(', ')}.` }],
  });
});

test.each([
  ['init', 'runit'],
  ['init-docker', 'docker'],
  ['init-systemd', 'systemd'],
])('component:%s states its word', async (component, word) => {
  expect(parseInit(await readFile(`components/${component}/rootfs/${initPath}`, 'utf8'))).toBe(word);
});

test('the page about inits has each of them', async () => {
  const page = await readFile('docs/inits.md', 'utf8');
  for (const name of initNames) expect(page).toContain(`| \`${name}\` |`);
});
