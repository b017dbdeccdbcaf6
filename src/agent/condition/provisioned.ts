// What the machine has learnt of itself, for `status`: out of the report that provisioning has left.
import { messageOf } from '../../base/errors.ts';
import { describeDegraded, provisionPath, readProvisionReport } from '../../contract/provision.ts';
import type { Host } from '../host/host.ts';

export interface Provisioned {
  readonly provision?: { readonly platform: string; readonly degraded?: string };
}

/** Empty where nobody has asked who this machine is. */
export function readProvisioned(host: Host): Provisioned {
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

export function describeProvisioned({ provision }: Provisioned): string[] {
  if (provision === undefined) return [];
  const { platform, degraded } = provision;
  return [`platform   ${platform}`, ...(degraded === undefined ? [] : [`degraded   ${degraded}`])];
}
