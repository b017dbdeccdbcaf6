// The ways in which a person or the health gate decides over a slot: confirm, pass, mark-bad, rollback. What counts is the
// slot state: a data partition that takes no more refuses no decision.
import { messageOf } from '../../base/errors.ts';
import { otherSlot, type SlotName } from '../../slots/constants.ts';
import { confirm, markBad } from '../../slots/state.ts';
import { AgentError, type Host } from '../host/host.ts';
import { readSlotRelease } from './boot-archive.ts';
import { readSlotState, repairState, writeState } from './env-store.ts';
import type { SlotMachine } from './machine.ts';
import { forgetGood, readRecords, recordPending, recordResult, rememberGood } from './records.ts';
import { triesLeft } from './untried.ts';

/** For the guard of component:init: nothing is open any more that a deadline would have to end. */
const passedPath = '/run/catamaran/gate-passed';

/** The running slot is good. Again and again is fine. */
export function confirmRunning(machine: SlotMachine): void {
  const { host, partitions, running, reach } = machine;
  const { state } = repairState(partitions, running.slot);
  const { slot, version, rootHash } = running;
  // First: the initrd, which takes back the "good" of the state at each boot, knows by this that it is no trial.
  remember(host, 'that it is good', () => rememberGood(host, rootHash));
  reach('record good');
  if (state[slot] !== 'good') {
    writeState(partitions, confirm(state, slot), (copy) => reach(`confirm ${copy}`));
    remember(host, 'that the gate is passed', () => host.writeFile(passedPath, ''));
    host.print(`slot ${slot} with ${version} is good`);
  }
  closePending(machine);
}

/** The update that runs has come to its good end, if one was on its way. */
export function closePending({ host, running, reach }: SlotMachine): void {
  const { slot, version, rootHash } = running;
  if (readRecords(host).pending?.slot !== slot) return;
  remember(host, 'the result', () =>
    recordResult(host, { result: 'confirmed', slot, version, rootHash }, { never: false }),
  );
  reach('record result');
}

/** The health gate's word, which counts only as long as nobody has decided over the slot. */
export function passRunning(machine: SlotMachine): void {
  const { host, partitions, running } = machine;
  const status = readSlotState(partitions).state[running.slot];
  if (triesLeft(status) !== undefined) confirmRunning(machine);
  else host.print(`slot ${running.slot} is ${status}, and stays so`);
}

export interface TrialVerdict {
  readonly reason: string;
  /** This machine does not take that release again. */
  readonly never: boolean;
}

/** Not started again, until something else is written to it. Refused where the other slot is not good. */
export function markSlotBad(
  { host, partitions, running }: SlotMachine,
  slot: SlotName,
  { reason, never }: TrialVerdict,
) {
  const { state } = repairState(partitions, running.slot);
  const other = otherSlot(slot);
  if (state[other] !== 'good')
    throw new AgentError(
      `slot ${slot} must stay: slot ${other} is ${state[other]}, and the machine would not boot`,
      {
        code: 'slot-last',
        fault: 'usage',
        hint: 'Stage a release into the other slot first, and confirm it.',
      },
    );
  const { pending } = readRecords(host);
  const release = pending?.slot === slot ? pending : readSlotRelease(partitions, slot);
  // The reason first: the state alone, after a power cut, would not know it.
  if (pending?.slot === slot)
    remember(host, 'the reason', () => recordPending(host, { ...pending, reason, never }));
  writeState(partitions, markBad(state, slot));
  if (slot === running.slot) remember(host, 'that the gate is passed', () => host.writeFile(passedPath, ''));
  // A slot whose boot archive is gone cannot say what it held.
  const { version, rootHash } = release ?? { version: 'unknown', rootHash: '' };
  const result = { result: 'rolled back', slot, version, rootHash, reason } as const;
  remember(host, 'the result', () => {
    if (release !== undefined) forgetGood(host, rootHash);
    recordResult(host, result, { never: never && release !== undefined });
  });
  host.print(`slot ${slot} is bad; the next boot is from slot ${other}`);
}

/** The last update is undone: one that is staged is not tried, one that runs is left at the next boot. */
export function rollBackSlot(machine: SlotMachine): void {
  const { host, running } = machine;
  const { pending } = readRecords(host);
  const staged = pending !== undefined && pending.slot !== running.slot;
  const reason = staged ? 'taken back before it was tried' : 'rolled back by command';
  markSlotBad(machine, staged ? pending.slot : running.slot, { reason, never: !staged });
}

/** What is only remembered of a decision: where that fails it is told, and the decision stands. */
export function remember(host: Host, what: string, record: () => void): void {
  try {
    record();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    host.print(`warning: ${what} could not be recorded: ${messageOf(error)}`);
  }
}
