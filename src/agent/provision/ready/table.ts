// Platforms that want to be told that the machine is ready. What went wrong, where they were not.
import type { ProvisionLine } from '../../../contract/provision.ts';
import type { PlatformName } from '../../../platform/table.ts';
import type { Host } from '../../host/host.ts';
import type { Deadline } from '../deadline.ts';
import { reportToAzure } from './azure.ts';

type Report = (host: Host, deadline: Deadline) => ProvisionLine | undefined;

const reports: Readonly<Partial<Record<PlatformName, Report>>> = { azure: reportToAzure };

export function reportReady(
  host: Host,
  platform: PlatformName,
  deadline: Deadline,
): ProvisionLine | undefined {
  return reports[platform]?.(host, deadline);
}
