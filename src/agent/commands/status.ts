// What runs, and what the next boot starts. Reads only.
import { openSlots } from '../slots/machine.ts';
import { describeStatus, readStatus } from '../slots/status.ts';
import type { Command } from './command.ts';

export const status: Command = {
  words: 'status',
  usage: '[--json]',
  summary: 'what runs, what is in each slot, what the next boot starts, and how the last update ended',
  parse([format, ...rest]) {
    if (rest.length > 0 || (format !== undefined && format !== '--json')) return undefined;
    return (host) => {
      const found = readStatus(openSlots(host));
      const lines = format === undefined ? describeStatus(found) : [JSON.stringify(found)];
      for (const line of lines) host.print(line);
    };
  },
};
