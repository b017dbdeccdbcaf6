// The two copies of the slot state: each is read back before the next is touched, so that a disk that keeps something
// else than was written leaves one copy that counts.
import { expect, test } from 'vitest';
import { readSlotState, writeState } from '../../../src/agent/slots/env-store.ts';
import type { Partitions } from '../../../src/agent/slots/partitions.ts';
import { envNames, envOffsets } from '../../../src/slots/constants.ts';
import { fresh, makeDisk, old, runningFrom } from './fixtures.ts';
import { fragileMachine } from './fragile-machine.ts';

/** A disk that flips a bit of each write at this offset. */
function failingAt(offset: number): Partitions {
  const { partitions } = fragileMachine(makeDisk(), runningFrom('A', old), new Map());
  return {
    ...partitions,
    write(role, at, bytes) {
      const kept = Uint8Array.from(bytes);
      if (at === offset) kept[40]! ^= 1;
      partitions.write(role, at, kept);
    },
  };
}

test.each([0, 1] as const)('copy %i does not read as it was written', (failing) => {
  const partitions = failingAt(envOffsets[failing]!);
  const { state } = readSlotState(partitions);
  const next = { ...state, gen: state.gen + 1, B: 'bad' } as const;
  const written: string[] = [];
  const write = () => writeState(partitions, next, (name) => written.push(name));
  expect(write).toThrow(`${envNames[failing]} of the slot state does not read as it was written`);
  expect(written).toEqual(envNames.slice(0, failing));
  expect(readSlotState(partitions)).toEqual({
    state: failing === 0 ? state : next,
    lost: false,
    whole: false,
  });
});

test('both copies that read as they were written are whole', () => {
  const { partitions } = fragileMachine(makeDisk(), runningFrom('B', fresh), new Map());
  const { state } = readSlotState(partitions);
  writeState(partitions, { ...state, gen: 9 });
  expect(readSlotState(partitions)).toEqual({ state: { ...state, gen: 9 }, lost: false, whole: true });
});
