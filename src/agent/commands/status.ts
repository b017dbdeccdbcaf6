// What runs, and what the next boot starts. Reads only.
import { liveMedium } from '../slots/live.ts';
import { describeLiveStatus, readLiveStatus } from '../slots/live-status.ts';
import { openSlots } from '../slots/machine.ts';
import { describeStatus, readSlotStatus } from '../slots/status.ts';
import type { Command } from './command.ts';

export const status: Command = {
  words: 'status',
  usage: '[--json]',
  summary: 'what runs, what is in each slot, what the next boot starts, and how the last update ended',
  parse([format, ...rest]) {
    if (rest.length > 0 || (format !== undefined && format !== '--json')) return undefined;
    return (host) => {
      const medium = liveMedium(host);
      const lines =
        medium === undefined
          ? show(readSlotStatus(openSlots(host)), describeStatus, format)
          : show(readLiveStatus(host, medium), describeLiveStatus, format);
      for (const line of lines) host.print(line);
    };
  },
};

function show<S>(status: S, describe: (status: S) => string[], format: string | undefined): string[] {
  return format === undefined ? describe(status) : [JSON.stringify(status)];
}
