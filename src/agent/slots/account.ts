// Once in each boot, as soon as /var is there: what has become of the update that was on its way, told from the slot that
// the boot loader has chosen. May run again at any time, and after a power cut at any instant.
import { otherSlot, type SlotName } from '../../slots/constants.ts';
import type { SlotState } from '../../slots/state.ts';
import { confirmRunning, markSlotBad } from './decide.ts';
import { repairState } from './env-store.ts';
import type { SlotMachine } from './machine.ts';
import { forgetPending, type Pending, readRecords, recordPending } from './records.ts';

export function accountForBoot(machine: SlotMachine): void {
  const { host, partitions, running } = machine;
  // The last entry of the boot loader: nothing that it chose says anything about the slots.
  if (running.rescue) return;
  const { pending } = readRecords(host);
  const { state } = repairState(partitions, running.slot);
  if (pending?.slot === running.slot && pending.rootHash === running.rootHash) {
    if (state[running.slot] === 'good') confirmRunning(machine);
    else recordPending(host, { ...pending, starts: pending.starts + 1 });
    return;
  }
  const other = otherSlot(running.slot);
  if (pending !== undefined) {
    if (pending.bootId === running.bootId) return;
    // The power went before it was armed, or another release has been written over it.
    if (pending.slot === running.slot || state[other] === 'none') {
      forgetPending(host);
      return;
    }
  }
  const reason = whyNot(state, other, pending);
  if (reason === undefined) return;
  // It runs, and was good before the initrd put it on probation: with the other one gone there is nothing to go back to.
  if (pending?.slot !== running.slot) confirmRunning(machine);
  host.print(`slot ${other} was left: ${reason}`);
  markSlotBad(machine, other, { reason, never: pending !== undefined });
}

/** Why the boot loader has not started this slot, or no longer does; undefined if it was not asked to. */
function whyNot(state: SlotState, slot: SlotName, pending: Pending | undefined): string | undefined {
  const status = state[slot];
  if (status === 'try0') return whyFailed(pending);
  if (state.first !== slot || status === 'bad' || status === 'none') {
    return pending && status !== 'good' ? (pending.reason ?? 'it was marked bad') : undefined;
  }
  return 'the boot loader could not read its boot archive';
}

function whyFailed(pending: Pending | undefined): string {
  if (pending === undefined) return 'it was good before, but has not come up again in several starts';
  if (pending.reason !== undefined) return pending.reason;
  if (pending.starts === 0) return 'it never came as far as user space';
  return `it came as far as user space in ${pending.starts} of its starts, and stopped each time before its health was known: a panic, a hang, damaged blocks or a loss of power`;
}
