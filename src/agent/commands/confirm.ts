// A person's word for what runs.
import { confirmRunning } from '../slots/decide.ts';
import { openSlots } from '../slots/machine.ts';
import { alone, type Command } from './command.ts';

export const confirm: Command = {
  words: 'confirm',
  summary: 'the running slot is good',
  lock: true,
  parse: alone((host) => confirmRunning(openSlots(host))),
};
