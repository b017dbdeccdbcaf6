// Compose files, now.
import { startServices } from '../system/services.ts';
import type { Command } from './command.ts';
import { arePlain } from './plain-words.ts';

export const serviceUp: Command = {
  words: 'service up',
  usage: 'NAME…',
  summary: 'starts the containers of compose files, each after what it is to come after',
  parse: (words) => (words.length > 0 && arePlain(words) ? (host) => startServices(host, words) : undefined),
};
