// `provision --dry-run`: asks all places and says what would be done. Nothing is kept and nothing is changed, but that a
// network may be borrowed meanwhile.
import { Findings } from '../../contract/document/finding.ts';
import type { MachineConfig } from '../../contract/user-data/machine-config.ts';
import type { Fetched } from '../../contract/user-data/reading.ts';
import type { Host } from '../host/host.ts';
import { compose } from './compose.ts';
import { deadlineIn } from './deadline.ts';
import { readMachineFacts } from './facts.ts';
import { borrowNetwork, returnNetwork } from './network/borrow.ts';
import { fetchPatiently } from './network/fetch.ts';
import { findingLine, tell } from './report.ts';
import { placesLeft, seekLocal, seekNetwork } from './seek.ts';
import type { Seeker } from './source.ts';
import { makeRoom } from './state.ts';

const limit = 60;

export function rehearseProvision(host: Host): void {
  makeRoom(host);
  const facts = readMachineFacts(host);
  const seeker: Seeker = { host, facts, findings: new Findings(), deadline: deadlineIn(host, limit) };
  const local = seekLocal(seeker);
  const borrowed = placesLeft(seeker, local.founds).length > 0 && borrowNetwork(host, limit);
  try {
    const { founds, problems } = seekNetwork(seeker, local.founds);
    const fetched = new Map<string, Fetched>();
    for (const { url, headers } of compose(founds, fetched).requests)
      fetched.set(url, fetchPatiently(host, { url, headers }, seeker.deadline));
    const { config, findings } = compose(founds, fetched);
    tell(host, '', { what: 'platform', message: facts.platform.name });
    for (const { source, where } of founds) tell(host, '', { what: source, message: where });
    for (const problem of [...local.problems, ...problems]) tell(host, 'failed: ', problem);
    for (const line of summarize(config)) tell(host, 'would apply ', line);
    for (const finding of [...seeker.findings.all, ...findings])
      tell(host, `${finding.level}: `, findingLine(finding));
  } finally {
    if (borrowed) returnNetwork(host);
  }
}

/** Values of what is short, numbers of what is many; no secret is shown. */
function summarize(config: MachineConfig): { what: string; message: string }[] {
  return Object.entries(config).flatMap(([what, value]) => {
    if (typeof value === 'string') return [{ what, message: value.split('\n', 1)[0]! }];
    if (Array.isArray(value)) return value.length === 0 ? [] : [{ what, message: String(value.length) }];
    const members = value !== null && typeof value === 'object' ? Object.values(value).filter(isSaid) : [];
    return members.length === 0 ? [] : [{ what, message: 'as user-data say' }];
  });
}

function isSaid(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}
