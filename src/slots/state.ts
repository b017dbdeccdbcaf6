// What is known of the two slots, and the only ways in which it changes. The agent calls the transitions;
// GRUB makes the one that it can (a try used up), by script.
import { otherSlot, type SlotName } from './constants.ts';

/** try3 to try1: on trial with tries left; try0: they are used up; none: being written. */
export const slotStatuses = ['good', 'try3', 'try2', 'try1', 'try0', 'bad', 'none'] as const;
export type SlotStatus = (typeof slotStatuses)[number];

export interface SlotState {
  /** From 1; greater in each state that the agent writes. GRUB cannot count: it keeps it. */
  readonly gen: number;
  /** Which slot is asked first. */
  readonly first: SlotName;
  readonly A: SlotStatus;
  readonly B: SlotStatus;
}

/** As an image leaves the builder: the release in A, nothing in B. */
export const freshState: SlotState = { gen: 1, first: 'A', A: 'good', B: 'none' };

/** What both GRUB and the agent assume when neither copy of the state is valid. */
export const assumedState: SlotState = { gen: 1, first: 'A', A: 'good', B: 'good' };

/**
 * Before the first byte of `target` is overwritten: it cannot be chosen any more. Refused while the other slot is not
 * good, for then `target` may be the only one that boots.
 */
export function disarm(state: SlotState, target: SlotName): SlotState {
  const other = state[otherSlot(target)];
  if (other !== 'good') throw new RangeError(`slot ${target} must stay: the other one is ${other}`);
  return change(state, otherSlot(target), target, 'none');
}

/** The commit point of an update: `target` has been written and verified, and is tried next. */
export function arm(state: SlotState, target: SlotName, tries: 1 | 2 | 3 = 3): SlotState {
  return change(state, target, target, `try${tries}`);
}

/** The running slot is healthy. */
export function confirm(state: SlotState, slot: SlotName): SlotState {
  return change(state, slot, slot, 'good');
}

/** Never again, until something else is written to it. */
export function markBad(state: SlotState, slot: SlotName): SlotState {
  return change(state, otherSlot(slot), slot, 'bad');
}

/** What GRUB does before it boots a trial; undefined when the slot is not on trial or has no try left. */
export function useTry(state: SlotState, slot: SlotName): SlotState | undefined {
  const tries = /^try([123])$/.exec(state[slot]);
  return tries ? { ...state, [slot]: `try${Number(tries[1]) - 1}` } : undefined;
}

function change(state: SlotState, first: SlotName, slot: SlotName, status: SlotStatus): SlotState {
  return { ...state, gen: state.gen + 1, first, [slot]: status };
}
