// `catamaran-agent status`: what runs, what is in each slot, what the next boot will start, and how the last update ended.
// Reads only. The object is what `--json` prints, in one line.
import type { ReleaseVersion } from '../../base/flavour.ts';
import { otherSlot, type SlotName, slotNames } from '../../slots/constants.ts';
import { type SlotState, type SlotStatus, useTry } from '../../slots/state.ts';
import { readSlotRelease } from './boot-archive.ts';
import { readSlotState } from './env-store.ts';
import type { SlotMachine } from './machine.ts';
import { type Failed, type Pending, type Result, readRecords } from './records.ts';
import { isUntried, triesLeft, untriedReason } from './untried.ts';

export interface SlotReport {
  readonly status: SlotStatus;
  /** Starts that a trial has left; absent when it is none. */
  readonly tries?: number;
  /** By its boot archive; absent when there is none. */
  readonly version?: ReleaseVersion;
  readonly rootHash?: string;
}

export interface Status {
  readonly slot: SlotName;
  readonly version: ReleaseVersion;
  readonly rootHash: string;
  /** Nothing was fit to be chosen: started by the boot loader's last entry. */
  readonly rescue: boolean;
  readonly slots: Readonly<Record<SlotName, SlotReport>>;
  /** The slot that the boot loader asks first. */
  readonly next: SlotName;
  /** `damaged`: one copy differs, `lost`: neither is valid. */
  readonly state: 'whole' | 'damaged' | 'lost';
  readonly pending?: Pending;
  /** Why the boot loader has passed over a trial, which it tries at the next boot. */
  readonly untried?: string;
  readonly last?: Result;
  readonly failed: readonly Failed[];
}

export function readSlotStatus({ host, partitions, running }: SlotMachine): Status {
  const { state, lost, whole } = readSlotState(partitions);
  const { pending, last, failed } = readRecords(host);
  const report = (slot: SlotName): SlotReport => {
    const tries = triesLeft(state[slot]);
    return {
      status: state[slot],
      ...(tries === undefined ? {} : { tries }),
      ...readSlotRelease(partitions, slot),
    };
  };
  const { slot, version, rootHash, rescue } = running;
  return {
    ...{ slot, version, rootHash, rescue },
    slots: { A: report('A'), B: report('B') },
    next: nextSlot(state),
    state: lost ? 'lost' : whole ? 'whole' : 'damaged',
    ...(pending ? { pending } : {}),
    ...(isUntried(state, running, pending) ? { untried: untriedReason } : {}),
    ...(last ? { last } : {}),
    failed,
  };
}

function nextSlot(state: SlotState): SlotName {
  const may = (slot: SlotName) => state[slot] === 'good' || useTry(state, slot) !== undefined;
  return may(state.first) || !may(otherSlot(state.first)) ? state.first : otherSlot(state.first);
}

export function describeStatus(status: Status): string[] {
  const { slot, version, rootHash, slots, next, state, pending, untried, last } = status;
  const lines = [
    `running    slot ${slot}, ${version}${status.rescue ? ', by the rescue entry' : ''}`,
    `root hash  ${rootHash}`,
    ...slotNames.map((name) => `slot ${name}     ${describeSlot(slots[name])}`),
    `next boot  slot ${next}`,
    `state      ${state}`,
  ];
  if (pending)
    lines.push(
      `pending    ${pending.version} in slot ${pending.slot}${pending.reason ? `: ${pending.reason}` : ''}`,
    );
  if (untried) lines.push(`not tried  ${untried}`);
  if (last)
    lines.push(
      `last       ${last.version} in slot ${last.slot} was ${last.result}${last.reason ? `: ${last.reason}` : ''}`,
    );
  return lines;
}

function describeSlot({ status, tries, version }: SlotReport): string {
  const words = { good: 'good', bad: 'bad', none: 'being written, or empty' };
  const text =
    tries === undefined
      ? words[status as keyof typeof words]
      : `on trial, ${tries} ${tries === 1 ? 'try' : 'tries'} left`;
  return version === undefined ? text : `${text}, ${version}`;
}
