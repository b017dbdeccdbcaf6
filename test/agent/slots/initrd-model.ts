// What the initrd does with the slot state before it opens the root, and what it tells the agent (components/initrd: init,
// put_on_probation and mark_trial), on a machine whose power may go in the middle of it.
import type { SlotMachine } from '../../../src/agent/slots/machine.ts';
import { envOffsets, envSize, otherSlot, slotRole } from '../../../src/slots/constants.ts';
import { chooseState, parseEnv, serialiseEnv } from '../../../src/slots/env.ts';
import type { SlotState } from '../../../src/slots/state.ts';

export function runInitrd({ host, partitions, running }: SlotMachine): void {
  const [env1, env2] = envOffsets.map((offset) => partitions.read('ab-state', offset, envSize)) as [
    Uint8Array,
    Uint8Array,
  ];
  const newest = chooseState(env1, env2);
  const { slot } = running;
  const other = otherSlot(slot);
  const write = (state: SlotState) => {
    const bytes = serialiseEnv(state);
    partitions.write('ab-state', envOffsets[0], bytes);
    host.writeFile('/run/catamaran/probation', '');
    partitions.write('ab-state', envOffsets[1], bytes);
  };
  const alike = JSON.stringify(parseEnv(env1)) === JSON.stringify(parseEnv(env2));
  if (newest === undefined) {
    const begin = String.fromCharCode(...partitions.read(slotRole('boot', other), 0, 8));
    const rest = begin === 'slot.cfg' ? 'good' : 'none';
    write({ gen: 1, first: slot, A: rest, B: rest, [slot]: 'try3' });
  } else if (alike && newest.A === 'good' && newest.B === 'good')
    write({ ...newest, gen: newest.gen + 1, [slot]: 'try3' });

  const known = host.readText('/var/lib/catamaran/slots/confirmed.json') ?? '';
  if (
    newest?.[slot].startsWith('try') &&
    host.readText('/run/catamaran/probation') === undefined &&
    !known.includes(running.rootHash)
  )
    host.writeFile('/run/catamaran/trial', '');
}

/** From the initrd's word: whether this boot has a deadline. */
export function isTrial({ host }: SlotMachine): boolean {
  return host.readText('/run/catamaran/trial') !== undefined;
}
