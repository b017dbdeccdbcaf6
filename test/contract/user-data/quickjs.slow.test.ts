// The readers in the JavaScript engine of machines say the same of every fixture as they say here.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleForQuickJs } from '../../support/bundle-quickjs.ts';
import { hostTools, type ToolsComponent } from '../../support/tools.ts';
import { describe as describeUserData } from './support/describe.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

test('QuickJS and Node agree on every fixture', async () => {
  const script = join(mkdtempSync(join(tmpdir(), 'catamaran-quickjs-')), 'describe.js');
  writeFileSync(script, await bundleForQuickJs(join(import.meta.dirname, 'support/quickjs-describe.ts')));
  const tools = await hostTools(['tools-tuf' as string as ToolsComponent]);
  const paths = readdirSync(fixtures)
    .sort()
    .map((name) => join(fixtures, name));
  const { file, args, env } = await tools.command('qjs', ['--std', script, ...paths], {
    env: { PATH: process.env.PATH! },
  });
  const { stdout, stderr } = spawnSync(file, args, { env, encoding: 'utf8', maxBuffer: 1 << 26 });
  expect(stderr).toBe('');
  expect(stdout).toBe(paths.map((path) => `=== ${path}\n${describeUserData(readFileSync(path))}\n`).join(''));
});
