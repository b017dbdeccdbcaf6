// A health check has its time and no more, whatever it leaves behind.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const limited = join(import.meta.dirname, '../../../components/agent/rootfs/usr/lib/catamaran/limited');
/** By the pipe that the output comes through, as the agent does: it ends when the last process that has it ends. */
const run = (seconds: number, script: string) => {
  const { status, stdout } = spawnSync('sh', [limited, String(seconds), 'sh', '-c', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout };
};
/** Whether it runs: what nobody has waited for yet has a number, but no command line. */
const alive = (pid: string) => {
  expect(pid).toMatch(/^\d+\n$/);
  const path = `/proc/${pid.trim()}/cmdline`;
  return existsSync(path) && readFileSync(path).length > 0;
};

test('what it says and how it ends is handed on', () => {
  expect(run(30, 'echo fine; echo sick >&2; exit 3')).toEqual({ status: 3, stdout: 'fine\nsick\n' });
});

test('one that does not end is ended, with its children, even those that hold on to its output', () => {
  const { status, stdout } = run(1, 'sleep 1000 & echo $!; wait; exit 0');
  expect([124, 137, 143]).toContain(status);
  expect(alive(stdout)).toBe(false);
});

test('one that ends leaves no children behind', () => {
  const { status, stdout } = run(30, 'sleep 1000 & echo $!');
  expect(status).toBe(0);
  expect(alive(stdout)).toBe(false);
});

test('a process of the container runtime, in a session of its own, is ended by its number', () => {
  const { stdout } = run(1, 'setsid sleep 1000 >/dev/null & echo $! | tee "$pid_file"; wait');
  expect(alive(stdout)).toBe(false);
});
