// The data partition anew.
import { resetData } from '../disk/reset.ts';
import { openSlots } from '../slots/machine.ts';
import type { Command } from './command.ts';

export const reset: Command = {
  words: 'reset',
  usage: '--yes',
  summary:
    'makes the data partition anew: all of /var and all changes of /etc are lost, the machine stays who it is',
  lock: true,
  parse: (words) =>
    words.length === 1 && words[0] === '--yes' ? (host) => resetData(openSlots(host)) : undefined,
};
