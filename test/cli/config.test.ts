// `catamaran config`: what is said once holds for all commands of the user, and is checked when it is said.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readUserSettings, writeUserSetting } from '../../src/cli/config.ts';
import { catamaran } from './fake-io.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'catamaran-config-'));
});
afterEach(() => rm(home, { recursive: true }));

const config = (...words: string[]) => catamaran(['config', ...words], { home });

test('set, shown, and taken away', async () => {
  expect((await config()).stdout).toMatch(/^mirror {2}\(not set\) {2}# the Debian mirror/);
  expect((await config('mirror', 'http://mirror.example.test/debian')).code).toBe(0);
  expect((await config('mirror')).stdout).toContain('http://mirror.example.test/debian');
  const path = join(home, '.config/catamaran/config.json');
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ mirror: 'http://mirror.example.test/debian' });
  await config('mirror', '--unset');
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({});
});

test('what no setting is called, and what no mirror is', async () => {
  expect(await config('miror')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean "mirror"?'),
  });
  expect(await config('mirror', 'ftp://x')).toMatchObject({ code: 2 });
  expect((await config()).stdout).toContain('(not set)');
});

test('a file that is no JSON is one error, and XDG_CONFIG_HOME is where it is looked for', async () => {
  const place = { env: { XDG_CONFIG_HOME: join(home, 'xdg') }, home };
  await writeUserSetting(place, 'mirror', 'http://a.example.test/debian');
  const path = join(home, 'xdg/catamaran/config.json');
  expect(await readUserSettings(place)).toEqual({ mirror: 'http://a.example.test/debian' });
  await writeFile(path, '{');
  await expect(readUserSettings(place)).rejects.toMatchObject({
    fault: 'environment',
    message: `${path} is no JSON object`,
  });
});
