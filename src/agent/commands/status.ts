// What runs, what the next boot starts, and what is left of disk and memory. Reads only.
import { describeCondition, readCondition } from '../condition/condition.ts';
import { describeProvisioned, readProvisioned } from '../condition/provisioned.ts';
import type { Host } from '../host/host.ts';
import { liveMedium } from '../slots/live.ts';
import { describeLiveStatus, readLiveStatus } from '../slots/live-status.ts';
import { openSlots } from '../slots/machine.ts';
import { describeStatus, readSlotStatus } from '../slots/status.ts';
import type { Command } from './command.ts';

export const status: Command = {
  words: 'status',
  usage: '[--json]',
  summary: 'what runs and starts next, how the last update ended, what is left of disk and memory',
  parse([format, ...rest]) {
    if (rest.length > 0 || (format !== undefined && format !== '--json')) return undefined;
    return (host) => {
      const medium = liveMedium(host);
      const lines =
        medium === undefined
          ? show(host, readSlotStatus(openSlots(host)), describeStatus, format)
          : show(host, readLiveStatus(host, medium), describeLiveStatus, format);
      for (const line of lines) host.print(line);
    };
  },
};

function show<S extends object>(
  host: Host,
  status: S,
  describe: (status: S) => string[],
  format: string | undefined,
): string[] {
  const provisioned = readProvisioned(host);
  const condition = readCondition(host);
  if (format !== undefined) return [JSON.stringify({ ...status, ...provisioned, ...condition })];
  return [...describe(status), ...describeProvisioned(provisioned), ...describeCondition(condition)];
}
