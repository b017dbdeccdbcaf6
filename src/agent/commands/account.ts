// At each boot: what has become of the last update.
import { accountForBoot } from '../slots/account.ts';
import { alone, type Command } from './command.ts';
import { ofSlots } from './of-slots.ts';

export const account: Command = {
  words: 'account',
  lock: true,
  parse: alone(ofSlots(accountForBoot)),
};
