// What init, gate and guard ask of the slots. A live system has none: there is nothing to do.
import { liveMedium } from '../slots/live.ts';
import { openSlots, type SlotMachine } from '../slots/machine.ts';
import type { Work } from './command.ts';

export const ofSlots =
  (work: (machine: SlotMachine) => void): Work =>
  (host) => {
    if (liveMedium(host) === undefined) work(openSlots(host));
  };
