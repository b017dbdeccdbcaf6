// Which commands wait for one another: those that write slots or their state, the health gate's own word among them. The
// script is the machine's, with a directory of the test in place of /run, and without its minute of patience.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../release/support/workplace.ts';

const source = join(import.meta.dirname, '../../../components/agent/rootfs/usr/bin/catamaran-agent');

/** While somebody else has the lock. */
async function runLocked(verb: string) {
  const root = await temporaryDirectory();
  mkdirSync(join(root, 'run/catamaran'), { recursive: true });
  writeFileSync(join(root, 'qjs'), '#!/bin/sh\necho "ran $3"\n', { mode: 0o755 });
  const script = readFileSync(source, 'utf8')
    .replaceAll('/run/catamaran', join(root, 'run/catamaran'))
    .replace('flock -w 60', 'flock -w 0');
  const held = join(root, 'run/catamaran/slots.lock');
  const { status, stdout } = spawnSync('flock', [held, 'sh', '-c', script, 'catamaran-agent', verb], {
    env: { ...process.env, PATH: `${root}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  return { status, said: stdout.trim() };
}

test.each(['stage', 'confirm', 'pass', 'rollback', 'mark-bad', 'account'])('%s waits', async (verb) => {
  expect(await runLocked(verb)).toEqual({
    status: 75,
    said: expect.stringContaining(`catamaran-agent ${verb}: another one is at work on the slots`),
  });
});

test.each(['status', 'health-gate', 'overdue'])('%s does not: it writes no slot', async (verb) => {
  expect(await runLocked(verb)).toEqual({ status: 0, said: `ran ${verb}` });
});
