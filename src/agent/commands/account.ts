// At each boot: what has become of the last update.
import { accountForBoot } from '../slots/account.ts';
import { openSlots } from '../slots/machine.ts';
import { alone, type Command } from './command.ts';

export const account: Command = {
  words: 'account',
  lock: true,
  parse: alone((host) => accountForBoot(openSlots(host))),
};
