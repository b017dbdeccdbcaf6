// By the channel again, after `deploy` and without it.
import { upgradeMachine } from '../update/deploy.ts';
import { openMachine } from '../update/machine.ts';
import { alone, type Command } from './command.ts';

export const upgrade: Command = {
  words: 'upgrade',
  summary: 'installs what the channel has, which the next boot tries; what `deploy` has said counts no more',
  lock: true,
  parse: alone((host) => upgradeMachine(openMachine(host))),
};
