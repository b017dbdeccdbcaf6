// A compose file that comes up with the machine no more.
import { disableService } from '../system/services.ts';
import type { Command } from './command.ts';
import { isOneName } from './plain-words.ts';

export const serviceDisable: Command = {
  words: 'service disable',
  usage: 'NAME',
  summary: 'lets a compose file come up with the machine no more',
  parse: (words) => (isOneName(words) ? (host) => disableService(host, words[0]) : undefined),
};
