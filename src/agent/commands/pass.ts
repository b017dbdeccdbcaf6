// The health gate's word for what runs, under the lock.
import { passRunning } from '../slots/decide.ts';
import { openSlots } from '../slots/machine.ts';
import { alone, type Command } from './command.ts';

export const pass: Command = {
  words: 'pass',
  lock: true,
  parse: alone((host) => passRunning(openSlots(host))),
};
