// To the first process of a service's container.
import { signalService } from '../services/control.ts';
import type { Command } from './command.ts';

export const servicesSignal: Command = {
  words: 'services signal',
  usage: 'NAME SIGNAL',
  summary: 'sends a signal to a service',
  parse([name, signal, ...rest]) {
    if (name === undefined || signal === undefined || rest.length > 0) return undefined;
    return (host) => signalService(host, name, signal);
  },
};
