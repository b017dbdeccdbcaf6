// The mistakes of the first hour that only a build can find, when images and kernel are there: they have their place, too.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testCacheRoot } from '../support/tools.ts';
import { catamaran } from './fake-io.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'catamaran-mistakes-'));
});
afterAll(() => rm(cwd, { recursive: true }));

const head = `os: {id: x, version: 1.0.0}
kernel: {image: component:kernel}
init: [component:init, component:crun, component:agent]
services:
`;

test.each([
  [
    'a program that the image does not have',
    '  - {name: web, image: component:sysctl, command: [nginx]}',
    'server.yml:5:5: error: web cannot start: component:sysctl has no nginx in its PATH',
    'Correct the command',
  ],
  [
    'a slot too small',
    '  - {name: web, image: component:sysctl}\ndisk: {slot: 8M}',
    'server.yml:6:8: error: root-a holds 8 MiB and its content needs',
    'Set disk.slot to ',
  ],
])('%s', async (_what, more, error, remedy) => {
  await writeFile(join(cwd, 'server.yml'), `${head}${more}\n`);
  const cache = ['--cache', testCacheRoot()];
  const { code, stderr } = await catamaran(['build', 'server.yml', '-q', ...cache], {
    cwd,
    now: Date.now,
  });
  expect(code).toBe(3);
  expect(stderr).toContain(error);
  expect(/^ {2}hint: (.*)$/m.exec(stderr.slice(stderr.indexOf(error)))?.[1]).toContain(remedy);
});
