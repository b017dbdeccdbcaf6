// What the GRUB script on the ESP does, as a pure function. The script (disk/grub-script.ts) is held to it by boot
// tests, the agent's crash tests ask it which slot would start.
import { otherSlot, type SlotName } from './constants.ts';
import { chooseState } from './env.ts';
import { assumedState, type SlotState, useTry } from './state.ts';

export interface BootWorld {
  readonly env1: Uint8Array;
  readonly env2: Uint8Array;
  /** Whether both copies can be written. */
  readonly writable: boolean;
  /** Whether the slot's boot archive can be read. */
  readonly readable: Readonly<Record<SlotName, boolean>>;
}

export interface BootChoice {
  /** Undefined: nothing can be started; the machine starts anew after 30 seconds. */
  readonly slot: SlotName | undefined;
  readonly rescue: boolean;
  /** What the initrd is told, to know this disk from its copies: the state's `gen`, 0 where no copy is valid. */
  readonly gen: number;
  /** What stands in both copies afterwards; undefined when nothing was written. */
  readonly written: SlotState | undefined;
}

export function chooseBoot(world: BootWorld): BootChoice {
  const found = chooseState(world.env1, world.env2);
  const gen = found?.gen ?? 0;
  let state = found ?? assumedState;
  let written: SlotState | undefined;
  const order = [state.first, otherSlot(state.first)];
  for (const slot of order) {
    const trial = useTry(state, slot);
    if (trial) {
      if (!world.writable) continue;
      state = written = trial;
    } else if (state[slot] !== 'good') continue;
    if (world.readable[slot]) return { slot, rescue: false, gen, written };
  }
  return { slot: order.find((slot) => world.readable[slot]), rescue: true, gen, written };
}
