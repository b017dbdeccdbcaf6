// The committed command: what it says where the program behind it cannot be loaded.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let clone: string;
beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'catamaran-bin-'));
  for (const name of ['bin', 'scripts', 'package.json'])
    await cp(name, join(clone, name), { recursive: true });
});
afterEach(() => rm(clone, { recursive: true }));

const node = (...args: string[]) =>
  new Promise<{ code: number; output: string }>((done) => {
    execFile(process.execPath, args, { cwd: tmpdir() }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
const command = () => join(clone, 'bin/catamaran.js');

test('a clone before npm ci says so in a line, and its prepare does nothing', async () => {
  const { code, output } = await node(command(), '--version');
  expect({ code, output }).toEqual({
    code: 6,
    output: `error: this clone is not set up yet\n  Run: cd ${clone}/ && npm ci\n`,
  });
  expect(await node(join(clone, 'scripts/prepare.mjs'))).toEqual({ code: 0, output: '' });
});

test('one that is bundled but has no packages says the same; with both it runs', async () => {
  await mkdir(join(clone, 'dist'));
  await writeFile(join(clone, 'dist/catamaran.js'), 'console.log("it runs", process.argv[2]);\n');
  expect((await node(command())).output).toContain('npm ci');
  await symlink(resolve('node_modules'), join(clone, 'node_modules'));
  expect(await node(command(), 'x')).toEqual({ code: 0, output: 'it runs x\n' });
});

test.each([
  ['darwin', '20.19.0', 'catamaran runs on Linux, and this is darwin'],
  ['win32', '20.19.0', 'wsl --install Debian'],
  ['linux', '18.20.1', 'catamaran needs Node 20.19 or later, and this is 18.20.1'],
])('on %s with Node %s', async (platform, version, text) => {
  const pretend = join(clone, 'pretend.mjs');
  await writeFile(
    pretend,
    `Object.defineProperty(process, 'platform', { value: '${platform}' });
Object.defineProperty(process, 'versions', { value: { node: '${version}' } });
await import(${JSON.stringify(command())});\n`,
  );
  const { code, output } = await node(pretend);
  expect(code).toBe(6);
  expect(output).toContain(text);
});
