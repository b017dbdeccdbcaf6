// `catamaran-agent revert SERVICE`: the former version of one service takes the place of the one that runs, while all else goes
// on. It is kept only when it comes up; that is on record after it has, so that a power cut before leaves what ran.

import { cleanUpBundle } from '../bundle/cleanup.ts';
import type { Host } from '../host/host.ts';
import { AgentError } from '../host/host.ts';
import { requireService } from '../services/control.ts';
import { managerOf } from '../services/managers.ts';
import { readServices } from '../services/settings.ts';
import { layVersion, runningVersion } from './place.ts';
import { recordReverted } from './records.ts';
import { readVersions, type ServiceVersion } from './versions.ts';

/** In seconds: so long it has to run as the same process, and so long it may take until then beside what its health check may. */
const steady = 10;
const patience = 120;

/** To the version before, to that of a release, or to the running release's own. */
export type Wanted = 'before' | 'own' | { readonly release: string };

export function revertService(host: Host, service: string, wanted: Wanted): void {
  requireService(host, service);
  const versions = readVersions(host, service);
  const own = versions[0]!;
  const before = runningVersion(host, service)!;
  const chosen = choose(versions, before, wanted);
  if (chosen === undefined || chosen.place === before.place) throw nothingToTake(service, before, wanted);
  change(host, service, chosen);
  if (!comesUp(host, service)) {
    change(host, service, before);
    throw new AgentError(`${service} ${nameOf(chosen)} does not come up, and runs again ${nameOf(before)}`, {
      code: 'revert-failed',
      hint: `catamaran-agent logs ${service} has what it said.`,
    });
  }
  const reverted = chosen === own ? undefined : { service, left: own.sha256, taken: chosen.sha256 };
  recordReverted(host, service, reverted);
  host.print(`${service} runs ${nameOf(chosen)}`);
}

function choose(
  versions: readonly ServiceVersion[],
  before: ServiceVersion,
  wanted: Wanted,
): ServiceVersion | undefined {
  if (wanted === 'own') return versions[0];
  if (wanted === 'before') return versions[versions.findIndex(({ place }) => place === before.place) + 1];
  return versions.find(({ release }) => release === wanted.release);
}

const nameOf = ({ release }: ServiceVersion) =>
  release === undefined ? 'as this release has it' : `as in ${release}`;

function nothingToTake(service: string, running: ServiceVersion, wanted: Wanted): AgentError {
  const older = wanted === 'before' ? 'older' : wanted === 'own' ? 'else' : `of ${wanted.release}`;
  const evidence = `runs ${nameOf(running)}, and nothing ${older} is kept`;
  return new AgentError(`${service} ${evidence}`, {
    code: 'revert-nothing',
    fault: 'usage',
    hint: 'catamaran-agent versions lists what is kept; keep.versions of the spec says how many.',
  });
}

function change(host: Host, name: string, version: ServiceVersion): void {
  const manager = managerOf(host);
  const service = readServices(host).find((each) => each.name === name)!;
  manager.stop(host, service);
  cleanUpBundle(host, 'services', name);
  layVersion(host, name, version);
  // Restart policy and health check are its own.
  manager.configure(host, readServices(host));
  if (service.schedule === undefined) manager.start(host, name);
}

function comesUp(host: Host, name: string): boolean {
  const manager = managerOf(host);
  const { health, schedule } = readServices(host).find((each) => each.name === name)!;
  // It is started when it is due.
  if (schedule !== undefined) return true;
  const limit = patience + (health ? (health.interval * health.retries) / 1000 : 0);
  let process: number | undefined;
  for (let second = 0, since = 0; second < limit; second += 1) {
    const [report] = manager.list(host, [name]);
    if (report?.state === 'ended' || report?.health?.state === 'unhealthy') return false;
    if (report?.pid !== process) since = second;
    process = report?.pid;
    const well = process !== undefined && (report?.health?.state ?? 'healthy') === 'healthy';
    if (well && second - since >= steady) return true;
    host.run(['sleep', '1']);
  }
  return false;
}
