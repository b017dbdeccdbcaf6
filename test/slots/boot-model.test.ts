import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseBoot } from '../../src/slots/boot-model.ts';
import { otherSlot, slotNames } from '../../src/slots/constants.ts';
import { currentState, serialiseEnv } from '../../src/slots/env.ts';
import { arm, confirm, disarm, freshState, markBad, type SlotState } from '../../src/slots/state.ts';
import { anyState } from './any-state.ts';

const both = { A: true, B: true };
const boot = (state: SlotState, readable = both, writable = true) =>
  chooseBoot({ env1: serialiseEnv(state), env2: serialiseEnv(state), readable, writable });

test('a fresh image boots A, a slot that is being written is never started', () => {
  expect(boot(freshState)).toEqual({ slot: 'A', rescue: false, gen: 1, written: undefined });
  expect(boot(disarm(confirm(freshState, 'B'), 'A')).slot).toBe('B');
});

test('a slot is not given up while the other one is not known to be good', () => {
  expect(() => disarm(freshState, 'A')).toThrow('slot A must stay: the other one is none');
  expect(() => disarm(arm(freshState, 'B'), 'A')).toThrow(RangeError);
});

test('a trial that is never confirmed is tried three times, then the other slot comes back', () => {
  let state = arm(freshState, 'B');
  const started: string[] = [];
  for (let time = 0; time < 5; time++) {
    const { slot, written } = boot(state);
    started.push(slot!);
    state = written ?? state;
  }
  expect(started).toEqual(['B', 'B', 'B', 'A', 'A']);
  expect(state.B).toBe('try0');
});

test('a trial whose count cannot be lowered is not started', () => {
  expect(boot(arm(freshState, 'B'), both, false)).toEqual({
    slot: 'A',
    rescue: false,
    gen: 2,
    written: undefined,
  });
});

test('a slot that cannot be read is passed over in the same boot', () => {
  const choice = boot(arm(freshState, 'B'), { A: true, B: false });
  expect(choice).toMatchObject({ slot: 'A', rescue: false, written: { B: 'try2' } });
});

test('without a valid copy it is A, then B; without a slot that may start it is rescue; without any it is nothing', () => {
  const zeros = new Uint8Array(1024);
  const lost = { env1: zeros, env2: zeros, writable: true };
  expect(chooseBoot({ ...lost, readable: both })).toMatchObject({ slot: 'A', rescue: false, gen: 0 });
  expect(chooseBoot({ ...lost, readable: { A: false, B: true } })).toMatchObject({
    slot: 'B',
    rescue: false,
  });
  expect(chooseBoot({ ...lost, readable: { A: false, B: false } })).toMatchObject({ slot: undefined });
  const bad = markBad(markBad(freshState, 'A'), 'B');
  expect(boot(bad)).toMatchObject({ slot: 'A', rescue: true });
});

test('whatever the state, only a good slot or a trial with a lower count is started', () => {
  fc.assert(
    fc.property(anyState, fc.boolean(), (state, writable) => {
      const { slot, rescue, written } = boot(state, both, writable);
      if (rescue) return;
      const before = state[slot!];
      if (before === 'good') return;
      expect(before).toMatch(/^try[1-3]$/);
      expect(Number(written?.[slot!].slice(3))).toBe(Number(before.slice(3)) - 1);
    }),
  );
});

test('a power cut between the two copies never starts a slot that is not complete', () => {
  // The agent's order of writes: disarm, write the slot, arm, confirm. `complete` says when the target may be started.
  for (const target of slotNames) {
    const start = confirm(freshState, otherSlot(target));
    const [disarmed, armed] = [disarm(start, target), arm(disarm(start, target), target)];
    const confirmed = confirm(armed, target);
    const cuts: [SlotState, SlotState, boolean][] = [
      [disarmed, start, false],
      [disarmed, disarmed, false],
      [armed, disarmed, true],
      [armed, armed, true],
      [confirmed, armed, true],
    ];
    for (const [first, second, complete] of cuts) {
      const env = { env1: serialiseEnv(first), env2: serialiseEnv(second) };
      const { slot, rescue } = chooseBoot({ ...env, readable: both, writable: true });
      expect(rescue).toBe(false);
      expect(slot).toBe(complete ? target : otherSlot(target));
      expect(currentState(env.env1, env.env2)).toEqual(first);
    }
  }
});
