// The health gate's word for what runs, under the lock.
import { passRunning } from '../slots/decide.ts';
import { alone, type Command } from './command.ts';
import { ofSlots } from './of-slots.ts';

export const pass: Command = {
  words: 'pass',
  lock: true,
  parse: alone(ofSlots(passRunning)),
};
