// Any slot state at all, for property tests.
import fc from 'fast-check';
import { slotNames } from '../../src/slots/constants.ts';
import { type SlotState, slotStatuses } from '../../src/slots/state.ts';

const status = fc.constantFrom(...slotStatuses);

export const anyState: fc.Arbitrary<SlotState> = fc.record({
  gen: fc.integer({ min: 1, max: 999_999_999 }),
  first: fc.constantFrom(...slotNames),
  A: status,
  B: status,
});
