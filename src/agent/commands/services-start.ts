// One that does not run: it ended, somebody stopped it, or it runs by a schedule.
import { beginService } from '../services/control.ts';
import type { Command } from './command.ts';

export const servicesStart: Command = {
  words: 'services start',
  usage: 'NAME',
  summary: 'starts a service that does not run',
  parse([name, ...rest]) {
    if (name === undefined || rest.length > 0) return undefined;
    return (host) => beginService(host, name);
  },
};
