// /usr/bin/catamaran-agent: each command reaches its program, and those that write slots or their state wait for one
// another. The script and its lists are the machine's, in a directory of the test, without the minute of patience.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scriptFiles } from '../../../src/agent/commands/script-files.ts';
import { agentPrograms } from '../../../src/agent/commands/table.ts';
import { quote } from '../../../src/agent/host/quote.ts';
import { temporaryDirectory } from '../../release/support/workplace.ts';
import { addProgram } from '../../support/busybox.ts';
import { hostTools } from '../../support/tools.ts';

const source = join(import.meta.dirname, '../../../components/agent/rootfs/usr/bin/catamaran-agent');

async function openScript() {
  const root = await temporaryDirectory();
  for (const path of ['run/catamaran', 'usr/lib/catamaran']) mkdirSync(join(root, path), { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(root, 'usr/lib/catamaran', name), text);
  write('commands', scriptFiles['agent-commands.txt']!);
  write('usage', scriptFiles['agent-usage.txt']!);
  for (const program of Object.keys(agentPrograms)) write(`${program}.js`, '');
  const qjs = '#!/bin/sh\nshift 2\necho "$(basename "$1") got $# words: $*" | sed "s#: [^ ]* #: #"\ncat\n';
  writeFileSync(join(root, 'qjs'), qjs, { mode: 0o755 });
  const { file: loader, args } = await (await hostTools(['tools-host'])).command('flock', []);
  const flock = [loader, ...args].map(quote).join(' ');
  await addProgram(root, 'flock', `exec ${flock} "$@"`);
  const script = readFileSync(source, 'utf8')
    .replace(/\/(run|usr\/lib)\/catamaran/g, `${root}/$1/catamaran`)
    .replace('flock -w 60', 'flock -w 0');
  const run = (words: readonly string[], { locked = false, input = '' } = {}) => {
    const held = locked ? [join(root, 'flock'), join(root, 'run/catamaran/slots.lock')] : [];
    const [file = '', ...rest] = [...held, 'sh', '-c', script, 'catamaran-agent', ...words];
    const env = { ...process.env, PATH: `${root}:${process.env.PATH}` };
    const { status, stdout, stderr } = spawnSync(file, rest, { env, encoding: 'utf8', input });
    return { status, said: `${stdout}${stderr}`.trim() };
  };
  return { root, run };
}

const all = Object.entries(agentPrograms).flatMap(([program, commands]) =>
  commands.map(({ words, lock }) => ({ program, words, lock: lock === true })),
);

test.each(all)('$words is run by $program', async ({ program, words, lock }) => {
  const { run } = await openScript();
  const given = [...words.split(' '), 'a b', '*'];
  expect(run(given)).toEqual({
    status: 0,
    said: `${program}.js got ${given.length + 1} words: ${given.join(' ')}`,
  });
  const busy = `catamaran-agent ${words}: another one is at work on the slots, and has not ended within a minute; try again later`;
  expect(run(given, { locked: true })).toMatchObject(lock ? { status: 75, said: busy } : { status: 0 });
});

test('who waits are those that write slots', () => {
  expect(all.filter(({ lock }) => lock).map(({ words }) => words)).toEqual([
    ...[
      'stage',
      'confirm',
      'rollback',
      'mark-bad',
      'reset',
      'account',
      'pass',
      'revert',
      'update',
      'upgrade',
      'deploy',
      'channel',
      'install',
    ],
  ]);
});

test('what comes on its standard input is the program’s', async () => {
  const { run } = await openScript();
  expect(run(['bundle', 'connect', 'services/web'], { input: '{"pid": 7}' }).said).toMatch(/\{"pid": 7\}$/);
});

test('without words, with unknown ones, or half of them: the usage, for people', async () => {
  const { run } = await openScript();
  for (const words of [[], ['reboot'], ['bundle'], ['stat'], ['statuses']]) {
    expect(run(words)).toEqual({ status: 2, said: scriptFiles['agent-usage.txt']!.trim() });
  }
  expect(scriptFiles['agent-usage.txt']).not.toMatch(/bundle|account|health-gate|overdue|configure|settle/);
});

test('an image without component:updater says so', async () => {
  const { root, run } = await openScript();
  rmSync(join(root, 'usr/lib/catamaran/update.js'));
  expect(run(['update', '--check'])).toEqual({
    status: 6,
    said: expect.stringContaining('component:updater'),
  });
  expect(run(['status']).status).toBe(0);
});

test('an image without component:provision says so', async () => {
  const { root, run } = await openScript();
  rmSync(join(root, 'usr/lib/catamaran/provision.js'));
  expect(run(['provision', '--show'])).toEqual({
    status: 6,
    said: expect.stringContaining('component:provision'),
  });
});
