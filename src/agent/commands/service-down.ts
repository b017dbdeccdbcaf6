// The containers of a compose file, gone.
import { stopService } from '../system/services.ts';
import type { Command } from './command.ts';
import { isOneName } from './plain-words.ts';

export const serviceDown: Command = {
  words: 'service down',
  usage: 'NAME',
  summary: 'ends the containers of a compose file, and removes them',
  parse: (words) => (isOneName(words) ? (host) => stopService(host, words[0]) : undefined),
};
