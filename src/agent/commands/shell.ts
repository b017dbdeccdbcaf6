// Into a container that runs.
import { enterContainer } from '../services/enter.ts';
import type { Command } from './command.ts';

export const shell: Command = {
  words: 'shell',
  usage: 'NAME [COMMAND…]',
  summary: 'a shell, or a command, in the container of a service that runs',
  parse([name, ...command]) {
    if (name === undefined || name.startsWith('-')) return undefined;
    return (host) => enterContainer(host, name, command);
  },
};
