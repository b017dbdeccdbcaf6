import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runLimited } from '../../src/debian/limit.ts';

test('results come in the order of the items, and never more run than may', async () => {
  let running = 0;
  let most = 0;
  const results = await runLimited([30, 10, 20, 0], 2, undefined, async (wait) => {
    most = Math.max(most, ++running);
    await pause(wait);
    running -= 1;
    return wait;
  });
  expect(results).toEqual([30, 10, 20, 0]);
  expect(most).toBe(2);
});

test('after a failure nothing is begun, the rest is told to stop and is waited for', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = runLimited([1, 2, 3, 4], 2, undefined, async (item, signal) => {
    begun.push(item);
    if (item === 1) throw new Error('first');
    await pause(60_000, undefined, { signal }).catch(() => {});
    ended.push(item);
  });
  await expect(work).rejects.toThrow('first');
  expect(begun).not.toContain(4);
  expect(ended).toEqual(begun.filter((item) => item !== 1));
});

test('the caller can stop it', async () => {
  const stop = new AbortController();
  const work = runLimited([1], 1, stop.signal, (_, signal) => pause(60_000, undefined, { signal }));
  stop.abort(new Error('enough'));
  await expect(work).rejects.toThrow();
});
