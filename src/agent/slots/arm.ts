// The commit point of an update: a slot that has been filled and verified is on record, and then on trial.
import { otherSlot } from '../../slots/constants.ts';
import { arm } from '../../slots/state.ts';
import { AgentError } from '../host/host.ts';
import { repairState, writeState } from './env-store.ts';
import type { SlotMachine } from './machine.ts';
import { type Pending, recordStaged } from './records.ts';

/** `tries`: starts that the trial gets. */
export function armOther(
  { host, partitions, running, reach }: SlotMachine,
  { version, rootHash, tries }: Pick<Pending, 'version' | 'rootHash' | 'tries'>,
): void {
  const slot = otherSlot(running.slot);
  const { state } = repairState(partitions, running.slot);
  if (state[slot] !== 'none')
    throw new AgentError(`slot ${slot} has become ${state[slot]} while it was being filled`, {
      code: 'slot-changed',
      hint: 'Try again, with one agent at a time.',
    });
  recordStaged(host, { slot, version, rootHash, bootId: running.bootId, tries });
  reach('record pending');
  writeState(partitions, arm(state, slot, tries), (copy) => reach(`arm ${copy}`));
  host.print(`${version} is in slot ${slot} and will be tried at the next boot`);
}
