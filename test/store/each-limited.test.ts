import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eachLimited } from '../../src/store/each-limited.ts';

test('results come in the order of the items, and never more run than may', async () => {
  let running = 0;
  let most = 0;
  const results = await eachLimited(
    [30, 10, 20, 0],
    async (wait) => {
      most = Math.max(most, ++running);
      await pause(wait);
      running -= 1;
      return wait;
    },
    { parallel: 2 },
  );
  expect(results).toEqual([30, 10, 20, 0]);
  expect(most).toBe(2);
});

test('after a failure nothing is begun, the rest is told to stop and is waited for', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = eachLimited(
    [1, 2, 3, 4],
    async (item, _, signal) => {
      begun.push(item);
      if (item === 1) throw new Error('first');
      await pause(60_000, undefined, { signal }).catch(() => {});
      ended.push(item);
    },
    { parallel: 2 },
  );
  await expect(work).rejects.toThrow('first');
  expect(begun).not.toContain(4);
  expect(ended).toEqual(begun.filter((item) => item !== 1));
});

test('the caller can stop it', async () => {
  const stop = new AbortController();
  const work = eachLimited([1], (item, _, signal) => pause(60_000, item, { signal }), {
    signal: stop.signal,
  });
  stop.abort(new Error('enough'));
  await expect(work).rejects.toThrow();
});

test('of several failures, the first in the order of the items is told, and none that only stopped', async () => {
  const settled: number[] = [];
  const work = eachLimited([1, 2, 3], async (item, _, signal) => {
    try {
      if (item === 3) throw new Error('third');
      if (item === 1) await pause(60_000, undefined, { signal });
      await pause(20);
      throw new Error('second');
    } finally {
      settled.push(item);
    }
  });
  await expect(work).rejects.toThrow('second');
  expect(settled.sort()).toEqual([1, 2, 3]);
});
