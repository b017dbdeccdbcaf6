// What this machine is told, done at once; at each boot init calls it.
import { applySettings } from '../system/apply.ts';
import { alone, type Command } from './command.ts';

export const configApply: Command = {
  words: 'config apply',
  summary: 'does what this machine is told beside its spec: images, TLS, console, services',
  parse: alone(applySettings),
};
