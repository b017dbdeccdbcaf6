// Once in each boot, by init, when its services have begun: this boot came up. `--now`: somebody asks it to go down in order.
// `--rested`: half a minute has gone by since then.
import { settle as settleBoot } from '../boot/settle.ts';
import type { Command } from './command.ts';
import { ofSlots } from './of-slots.ts';

export const settle: Command = {
  words: 'settle',
  usage: '[--now|--rested]',
  parse([option, ...rest]) {
    if (rest.length > 0 || (option !== undefined && option !== '--now' && option !== '--rested'))
      return undefined;
    return ofSlots((machine) =>
      settleBoot(machine, { now: option === '--now', rested: option === '--rested' }),
    );
  },
};
