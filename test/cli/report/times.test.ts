// What the last line of a build says of its parts.
import { expect, test } from 'vitest';
import type { Front } from '../../../src/cli/report/front.ts';
import { timeTasks } from '../../../src/cli/report/times.ts';

function timed() {
  let now = 0;
  const said: string[] = [];
  const front = {
    task: (label: string) => ({ advance() {}, done: (note?: string) => said.push(`${label} ${note}`) }),
  } as unknown as Front;
  const { front: wrapped, longest } = timeTasks(front, () => now);
  const run = (label: string, milliseconds: number) => {
    const task = wrapped.task(label);
    now += milliseconds;
    task.done('made');
  };
  return { run, longest, said };
}

test('the three longest are named, each with all of its time', () => {
  const { run, longest, said } = timed();
  run('packages', 8000);
  run('component kernel', 3000);
  run('segment sshd', 999);
  run('qcow2', 1000);
  run('component kernel', 2000);
  run('slot', 2000);
  expect(longest()).toBe('; longest: packages 8 s, component kernel 5 s, slot 2 s');
  expect(said).toContain('qcow2 made');
});

test('where nothing took long, or one thing did, nothing is said', () => {
  const { run, longest } = timed();
  run('slot', 10);
  expect(longest()).toBe('');
  run('qcow2', 5000);
  expect(longest()).toBe('');
});
