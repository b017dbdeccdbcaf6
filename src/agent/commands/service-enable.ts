// A compose file that comes up with the machine.
import { enableService } from '../system/services.ts';
import type { Command } from './command.ts';
import { isOneName } from './plain-words.ts';

export const serviceEnable: Command = {
  words: 'service enable',
  usage: 'NAME|FILE',
  summary: 'lets a compose file come up with the machine',
  parse: (words) => (isOneName(words) ? (host) => enableService(host, words[0]) : undefined),
};
