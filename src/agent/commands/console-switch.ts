// In what a login's shell runs.
import { switchConsole } from '../system/console.ts';
import type { Command } from './command.ts';
import { isOneName } from './plain-words.ts';

export const consoleSwitch: Command = {
  words: 'console switch',
  usage: 'NAME',
  summary: 'lets a login’s shell run in the container of another image, or on the machine itself: default',
  parse: (words) => (isOneName(words) ? (host) => switchConsole(host, words[0]) : undefined),
};
