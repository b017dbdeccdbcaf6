// The data partition anew, or cleared of all but what is named.
import { resetData } from '../disk/reset.ts';
import { askReset } from '../disk/reset-keeping.ts';
import { openSlots } from '../slots/machine.ts';
import type { Command } from './command.ts';

export const reset: Command = {
  words: 'reset',
  usage: '--yes [--keep PATH…]',
  summary:
    'makes the data partition anew: all of /var and all changes of /etc are lost, but for what is kept; the machine stays who it is',
  lock: true,
  parse([yes, keep, ...paths]) {
    if (yes !== '--yes') return undefined;
    if (keep === undefined) return (host) => resetData(openSlots(host));
    if (keep !== '--keep' || paths.length === 0) return undefined;
    return (host) => askReset(host, paths);
  },
};
