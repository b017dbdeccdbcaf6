// What a service has said.
import { showLog } from '../services/control.ts';
import type { Command } from './command.ts';

export const logs: Command = {
  words: 'logs',
  usage: 'NAME [-f]',
  summary: 'what a service has said, and with -f what it says from now on',
  parse([name, follow, ...rest]) {
    if (name === undefined || (follow !== undefined && follow !== '-f') || rest.length > 0) return undefined;
    return (host) => showLog(host, name, follow === '-f');
  },
};
