// What runs, and what the next boot starts. Reads only.
import { messageOf } from '../../base/errors.ts';
import { describeDegraded, provisionPath, readProvisionReport } from '../../contract/provision.ts';
import type { Host } from '../host/host.ts';
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
      const provisioned = readProvisioned(host);
      const lines =
        medium === undefined
          ? show(readSlotStatus(openSlots(host)), describeStatus, provisioned, format)
          : show(readLiveStatus(host, medium), describeLiveStatus, provisioned, format);
      for (const line of lines) host.print(line);
    };
  },
};

interface Provisioned {
  readonly provision?: { readonly platform: string; readonly degraded?: string };
}

/** Absent where nobody has asked who this machine is. */
function readProvisioned(host: Host): Provisioned {
  const text = host.readText(provisionPath);
  if (text === undefined) return {};
  try {
    const report = readProvisionReport(text);
    const degraded = describeDegraded(report);
    return { provision: { platform: report.platform, ...(degraded !== undefined && { degraded }) } };
  } catch (error) {
    return { provision: { platform: 'unknown', degraded: messageOf(error) } };
  }
}

function show<S>(
  status: S,
  describe: (status: S) => string[],
  { provision }: Provisioned,
  format: string | undefined,
): string[] {
  if (format !== undefined) return [JSON.stringify({ ...status, ...(provision && { provision }) })];
  const lines = describe(status);
  if (provision) lines.push(`platform   ${provision.platform}`);
  if (provision?.degraded !== undefined) lines.push(`degraded   ${provision.degraded}`);
  return lines;
}
