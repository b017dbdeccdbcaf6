import fc from 'fast-check';
import { expect, test } from 'vitest';
import { envSize } from '../../src/slots/constants.ts';
import { chooseState, currentState, parseEnv, serialiseEnv } from '../../src/slots/env.ts';
import { assumedState, freshState } from '../../src/slots/state.ts';
import { anyState } from './any-state.ts';

const bytes = (text: string) => new TextEncoder().encode(text.padEnd(envSize, '#'));
const text = (block: Uint8Array) => new TextDecoder().decode(block);

test('an env file is a GRUB environment block of 1024 bytes, its content within the first sector', () => {
  const block = serialiseEnv({ gen: 7, first: 'B', A: 'good', B: 'try3' });
  expect(block).toHaveLength(1024);
  expect(text(block).replace(/#+$/, '')).toBe(
    '# GRUB Environment Block\ngen=7\norder=B_A\nA=good\nB=try3\nend=7\n',
  );
});

test('every state is read back as it was written', () => {
  fc.assert(
    fc.property(anyState, (state) => {
      expect(parseEnv(serialiseEnv(state))).toEqual(state);
    }),
  );
});

test('a copy that was torn at any byte within another state is never read as a third state', () => {
  fc.assert(
    fc.property(anyState, anyState, fc.nat(511), (before, after, cut) => {
      fc.pre(before.gen !== after.gen);
      const torn = serialiseEnv(before);
      torn.set(serialiseEnv(after).subarray(0, cut));
      const found = parseEnv(torn);
      if (found !== undefined) expect([before, after]).toContainEqual(found);
    }),
  );
});

test.each([
  ['zeros', new Uint8Array(envSize)],
  ['too short', serialiseEnv(freshState).subarray(0, 512)],
  ['another header', bytes('# Some other block\ngen=1\norder=A_B\nA=good\nB=good\nend=1\n')],
  ['no end', bytes('# GRUB Environment Block\ngen=1\norder=A_B\nA=good\nB=good\n')],
  ['another end', bytes('# GRUB Environment Block\ngen=2\norder=A_B\nA=good\nB=good\nend=1\n')],
  ['an unknown status', bytes('# GRUB Environment Block\ngen=1\norder=A_B\nA=try4\nB=good\nend=1\n')],
  ['an unknown order', bytes('# GRUB Environment Block\ngen=1\norder=A_A\nA=good\nB=good\nend=1\n')],
  ['a generation of zero', bytes('# GRUB Environment Block\ngen=0\norder=A_B\nA=good\nB=good\nend=0\n')],
])('%s is no valid copy', (_, block) => {
  expect(parseEnv(block)).toBeUndefined();
});

test("reads as GRUB does: comments, escapes, the last of a name, other people's names", () => {
  const block = bytes(
    '# GRUB Environment Block\n# a note\nother=1\nA=bad\ngen=5\norder=A_B\nA=go\\od\nB=none\nend=5\n',
  );
  expect(parseEnv(block)).toEqual({ gen: 5, first: 'A', A: 'good', B: 'none' });
});

test('no bytes make the reader throw', () => {
  const header = fc.constant('# GRUB Environment Block\n');
  const body = fc.string({ unit: fc.constantFrom('A', '=', '\n', '\\', '#', '\r', 'g'), maxLength: 1100 });
  fc.assert(
    fc.property(header, body, (head, rest) => {
      expect(() => parseEnv(bytes(head + rest))).not.toThrow();
    }),
  );
});

test('the newer valid copy counts, the first of two with one generation', () => {
  const older = serialiseEnv({ ...freshState, gen: 4 });
  const newer = serialiseEnv({ ...freshState, gen: 5, B: 'try3' });
  const lowered = serialiseEnv({ ...freshState, gen: 5, B: 'try2' });
  const zeros = new Uint8Array(envSize);
  expect(chooseState(older, newer)?.gen).toBe(5);
  expect(chooseState(newer, older)?.gen).toBe(5);
  expect(chooseState(lowered, newer)?.B).toBe('try2');
  expect(chooseState(zeros, older)?.gen).toBe(4);
  expect(chooseState(older, zeros)?.gen).toBe(4);
  expect(chooseState(zeros, zeros)).toBeUndefined();
  expect(currentState(zeros, zeros)).toEqual(assumedState);
});

test('a state that cannot be read back is not written', () => {
  expect(() => serialiseEnv({ ...freshState, gen: 0 })).toThrow(RangeError);
  expect(() => serialiseEnv({ ...freshState, gen: 1e9 })).toThrow(RangeError);
});
