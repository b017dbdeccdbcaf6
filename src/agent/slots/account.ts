// Once in each boot, as soon as /var is there: what has become of the update that was on its way, told from the slot that
// the boot loader has chosen. May run again at any time, and after a power cut at any instant.
import { otherSlot, type SlotName } from '../../slots/constants.ts';
import { arm, type SlotState } from '../../slots/state.ts';
import { closePending, confirmRunning, markSlotBad, remember, type TrialVerdict } from './decide.ts';
import { readSlotState, repairState, writeState } from './env-store.ts';
import type { SlotMachine } from './machine.ts';
import { forgetPending, type Pending, readRecords, recordPending, rememberGood } from './records.ts';
import { countBefore, isUntried, untriedReason } from './untried.ts';

/** The initrd's word: in this very boot it has put the running slot, which was good, on probation. */
const probationPath = '/run/catamaran/probation';

export function accountForBoot(machine: SlotMachine): void {
  const { host, partitions, running } = machine;
  // The last entry of the boot loader: nothing that it chose says anything about the slots.
  if (running.rescue) return;
  const { lost, whole } = readSlotState(partitions);
  const { state } = repairState(partitions, running.slot);
  // Decided since the boot: the next one accounts for it.
  if (state[running.slot] === 'bad') return;
  const { pending, confirmed } = readRecords(host);
  const { slot, rootHash, bootId } = running;
  const wasGood =
    state[slot] === 'good' || host.readText(probationPath) !== undefined || confirmed.includes(rootHash);
  const isSame = pending?.rootHash === rootHash;
  if (isSame && pending.slot === slot) {
    accountForTrial(machine, state, { pending, wasGood });
    return;
  }
  if (wasGood && !isSame) remember(host, 'that it is good', () => rememberGood(host, rootHash));
  const isOver = pending !== undefined && isNoTrial(machine, { state, lost }, { pending, confirmed });
  if (isOver) forgetPending(host);
  else if (pending?.bootId === bootId) return;
  judgeOther(machine, { state, whole }, isOver ? undefined : pending);
}

/** It runs: one more of its starts has come this far, unless it had been confirmed before there was a record of that. */
function accountForTrial(
  machine: SlotMachine,
  state: SlotState,
  { pending, wasGood }: { pending: Pending; wasGood: boolean },
): void {
  const { host, running } = machine;
  if (state[running.slot] === 'good') confirmRunning(machine);
  else if (wasGood) {
    // The gate says "good" again when its window is over.
    remember(host, 'that it is good', () => rememberGood(host, running.rootHash));
    closePending(machine);
  } else remember(host, 'this start', () => recordPending(host, { ...pending, starts: pending.starts + 1 }));
}

/** Of a release on record that does not run: whether its trial is over, or never began. */
function isNoTrial(
  { host, running }: SlotMachine,
  { state, lost }: { state: SlotState; lost: boolean },
  { pending, confirmed }: { pending: Pending; confirmed: readonly string[] },
): boolean {
  const { slot, version, rootHash, bootId } = pending;
  const other = otherSlot(running.slot);
  // It was confirmed, and no boot since then has come as far as to record that.
  if (confirmed.includes(rootHash)) return true;
  // The initrd, too, makes the running slot the first one when it has to make up a state.
  if (lost || (slot === other && state[other] === 'good' && state.first === running.slot)) {
    host.print(
      `the slot state was lost while ${version} in slot ${slot} waited: it is no longer on trial; stage it again`,
    );
    return true;
  }
  // The power went before it was armed, or another release has been written over it.
  return bootId !== running.bootId && (slot === running.slot || state[other] === 'none');
}

/** Should the boot loader have started the other slot? Then what has kept it from that is held against it. */
function judgeOther(
  machine: SlotMachine,
  { state, whole }: { state: SlotState; whole: boolean },
  pending: Pending | undefined,
): void {
  const { host, partitions, running } = machine;
  const other = otherSlot(running.slot);
  const count = whole ? undefined : countBefore(state, other, pending);
  if (count !== undefined) writeState(partitions, arm(state, other, count));
  if (count !== undefined || isUntried(state, running, pending)) {
    host.print(`slot ${other} is still on trial: ${untriedReason}`);
    return;
  }
  const verdict = judge(state, other, pending);
  if (verdict === undefined) return;
  // It runs, and was good before the initrd put it on probation: with the other one gone there is nothing to go back to.
  confirmRunning(machine);
  host.print(`slot ${other} was left: ${verdict.reason}`);
  markSlotBad(machine, other, verdict);
}

/** Why the boot loader has not started this slot, or no longer does; undefined if it was not asked to. */
function judge(state: SlotState, slot: SlotName, pending: Pending | undefined): TrialVerdict | undefined {
  const status = state[slot];
  if (status === 'try0') return { reason: whyFailed(pending), never: pending !== undefined };
  if (state.first === slot && status !== 'bad' && status !== 'none')
    return {
      reason: 'the boot loader could not read its boot archive',
      never: pending !== undefined && status !== 'good',
    };
  if (pending === undefined || status === 'good') return undefined;
  // Decided, and the power went before that was recorded, or the data partition was full.
  return { reason: pending.reason ?? 'it was marked bad', never: pending.never ?? pending.starts > 0 };
}

function whyFailed(pending: Pending | undefined): string {
  if (pending === undefined) return 'it was good before, but has not come up again in several starts';
  if (pending.reason !== undefined) return pending.reason;
  if (pending.starts === 0) return 'it never came as far as user space, or could keep no record there';
  return `it came as far as user space in ${pending.starts} of its starts, and stopped each time before its health was known: a panic, a hang, damaged blocks or a loss of power`;
}
