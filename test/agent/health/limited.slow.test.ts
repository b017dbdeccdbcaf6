// A health check has its time and no more, whatever it leaves behind.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';

const limited = join(import.meta.dirname, '../../../components/agent/rootfs/usr/lib/catamaran/limited');
/** By the pipe that the output comes through, as the agent does: it ends when the last process that has it ends. */
const run = (seconds: number, script: string) => {
  const { status, stdout } = spawnSync('sh', [limited, String(seconds), 'sh', '-c', script], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  return { status, stdout };
};
/** Whether it runs: what nobody has waited for yet has a number, but no command line. */
const alive = (pid: string) => {
  const path = `/proc/${pid}/cmdline`;
  return existsSync(path) && readFileSync(path).length > 0;
};
/** What has been killed takes a while to be gone on a busy machine. By itself it would run for much longer. */
async function expectEnded(said: string): Promise<void> {
  expect(said).toMatch(/^\d+\n$/);
  await vi.waitFor(() => expect(alive(said.trim())).toBe(false), { timeout: 120_000, interval: 20 });
}

test('what it says and how it ends is handed on', () => {
  expect(run(30, 'echo fine; echo sick >&2; exit 3')).toEqual({ status: 3, stdout: 'fine\nsick\n' });
});

test('one that does not end is ended, with its children, even those that hold on to its output', async () => {
  const { status, stdout } = run(1, 'sleep 1000 & echo $!; wait; exit 0');
  expect([124, 137, 143]).toContain(status);
  await expectEnded(stdout);
});

test('one that ends leaves no children behind', async () => {
  const { status, stdout } = run(30, 'sleep 1000 & echo $!');
  expect(status).toBe(0);
  await expectEnded(stdout);
});

test('a process of the container runtime, in a session of its own, is ended by its number', async () => {
  const { stdout } = run(1, 'setsid sleep 1000 >/dev/null & echo $! | tee "$pid_file"; wait');
  await expectEnded(stdout);
});
