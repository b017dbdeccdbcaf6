// A person's word against a slot.
import { markSlotBad } from '../slots/decide.ts';
import { openSlots } from '../slots/machine.ts';
import type { Command } from './command.ts';

export const markBad: Command = {
  words: 'mark-bad',
  usage: '[A|B]',
  summary: 'that slot, or the running one, is not started any more',
  lock: true,
  parse([slot, ...rest]) {
    if (rest.length > 0 || (slot !== undefined && slot !== 'A' && slot !== 'B')) return undefined;
    return (host) => {
      const machine = openSlots(host);
      markSlotBad(machine, slot ?? machine.running.slot, { reason: 'marked bad by command', never: true });
    };
  },
};
