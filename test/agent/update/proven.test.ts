// Signatures that were found good are not verified again in one boot; nothing else is ever taken for one of them.
import { expect, test } from 'vitest';
import { withProven } from '../../../src/agent/update/proven.ts';
import { isProven, listProven } from '../../../src/tuf/proven.ts';
import { memoryHost } from '../memory-host.ts';

const path = '/run/catamaran/update/proven';
const key = 'ab'.repeat(32);
const signature = 'cd'.repeat(64);
const message = Uint8Array.of(1, 2, 3);

test('a good one is verified once; another key, message or signature is another question', () => {
  let asked = 0;
  const ask = (good: boolean, k = key, m = message, s = signature) =>
    isProven(k, m, s, () => {
      asked += 1;
      return good;
    });
  expect([ask(false), ask(false), asked]).toEqual([false, false, 2]);
  expect([ask(true), ask(false), asked]).toEqual([true, true, 3]);
  expect([
    ask(false, 'ac'.repeat(32)),
    ask(false, key, Uint8Array.of(1, 2)),
    ask(false, key, message, 'ce'.repeat(64)),
  ]).toEqual([false, false, false]);
  expect(asked).toBe(6);
});

test('they are kept in memory for the next process, and what is no digest is passed over', () => {
  const host = memoryHost({ [path]: `${'1'.repeat(64)}\nnonsense\n${'2'.repeat(63)}\n` });
  withProven(host, () => isProven(key, Uint8Array.of(9), signature, () => true));
  const kept = String(host.files.get(path)).trim().split('\n');
  expect(kept).toContain('1'.repeat(64));
  expect(kept.every((line) => /^[0-9a-f]{64}$/.test(line))).toBe(true);
  expect(kept).toEqual(listProven());
  host.files.clear();
  withProven(host, () => {});
  expect(String(host.files.get(path)).trim().split('\n')).toHaveLength(kept.length);
});

test('what fails in between is thrown on, and what was proven is kept', () => {
  const host = memoryHost();
  expect(() =>
    withProven(host, () => {
      isProven(key, Uint8Array.of(7), signature, () => true);
      throw new Error('no network');
    }),
  ).toThrow('no network');
  expect(host.files.has(path)).toBe(true);
});
