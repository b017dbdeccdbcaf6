// A person's word against the last update.
import { rollBackSlot } from '../slots/decide.ts';
import { openSlots } from '../slots/machine.ts';
import { alone, type Command } from './command.ts';

export const rollback: Command = {
  words: 'rollback',
  summary: 'undoes the last update: a staged one is not tried, a running one is left at the next boot',
  lock: true,
  parse: alone((host) => rollBackSlot(openSlots(host))),
};
