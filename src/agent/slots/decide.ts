// The ways in which a person or the health gate decides over a slot: confirm, mark-bad, rollback.
import { otherSlot, type SlotName } from '../../slots/constants.ts';
import { confirm, markBad } from '../../slots/state.ts';
import { AgentError } from '../host.ts';
import { readSlotRelease } from './boot-archive.ts';
import { repairState, writeState } from './env-store.ts';
import type { SlotMachine } from './machine.ts';
import { readRecords, recordPending, recordResult } from './records.ts';

/** The running slot is good. Again and again is fine. */
export function confirmRunning({ host, partitions, running, reach }: SlotMachine): void {
  const { state } = repairState(partitions, running.slot);
  const { slot, version, rootHash } = running;
  if (state[slot] !== 'good') {
    writeState(partitions, confirm(state, slot), (copy) => reach(`confirm ${copy}`));
    host.print(`slot ${slot} with ${version} is good`);
  }
  if (readRecords(host).pending?.slot !== slot) return;
  recordResult(host, { result: 'confirmed', slot, version, rootHash }, { never: false });
  reach('record result');
}

export interface Verdict {
  readonly reason: string;
  /** This machine does not take that release again. */
  readonly never: boolean;
}

/** Not started again, until something else is written to it. Refused where the other slot is not good. */
export function markSlotBad(
  { host, partitions, running }: SlotMachine,
  slot: SlotName,
  { reason, never }: Verdict,
) {
  const { state } = repairState(partitions, running.slot);
  const other = otherSlot(slot);
  if (state[other] !== 'good')
    throw new AgentError(
      `slot ${slot} must stay: slot ${other} is ${state[other]}, and the machine would not boot`,
    );
  const { pending } = readRecords(host);
  const release = pending?.slot === slot ? pending : readSlotRelease(partitions, slot);
  // The reason first: the state alone, after a power cut, would not know it.
  if (pending?.slot === slot) recordPending(host, { ...pending, reason });
  writeState(partitions, markBad(state, slot));
  // A slot whose boot archive is gone cannot say what it held.
  const { version, rootHash } = release ?? { version: 'unknown', rootHash: '' };
  const result = { result: 'rolled back', slot, version, rootHash, reason } as const;
  recordResult(host, result, { never: never && release !== undefined });
  host.print(`slot ${slot} is bad; the next boot is from slot ${other}`);
}

/** The last update is undone: one that is staged is not tried, one that runs is left at the next boot. */
export function rollBack(machine: SlotMachine): void {
  const { host, running } = machine;
  const { pending } = readRecords(host);
  const staged = pending !== undefined && pending.slot !== running.slot;
  const reason = staged ? 'taken back before it was tried' : 'rolled back by command';
  markSlotBad(machine, staged ? pending.slot : running.slot, { reason, never: !staged });
}
