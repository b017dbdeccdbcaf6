// What the containers of a compose file have said.
import { showServiceLog } from '../system/services.ts';
import type { Command } from './command.ts';

export const serviceLogs: Command = {
  words: 'service logs',
  usage: 'NAME [-f]',
  summary: 'what the containers of a compose file have said',
  parse([name, follow, ...rest]) {
    if (name === undefined || name.startsWith('-') || rest.length > 0) return undefined;
    if (follow !== undefined && follow !== '-f') return undefined;
    return (host) => showServiceLog(host, name, follow === '-f');
  },
};
