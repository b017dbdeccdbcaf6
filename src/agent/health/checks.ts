// Is this machine healthy, now? Its data mounted, every service up, the spec's checks, then every program in health.d; each
// has its limit in time. The answer is what is wrong, one sentence for each; an empty list is health.
import type { HealthCheck } from '../../contract/health.ts';
import type { Host } from '../host/host.ts';
import { inContainer, onHost } from '../probe/place.ts';
import { probeScript } from '../probe/table.ts';
import type { ServiceReport } from '../services/manager.ts';
import { managerOf } from '../services/managers.ts';
import { keptServices, readServices } from '../services/settings.ts';

/** The initrd's word on the data partition: `disk`, or `memory` where it could not be mounted. */
const dataPath = '/run/catamaran/data';
const programTimeout = 60;
const programs = '/usr/lib/catamaran/health.d';
/** Runs a command for at most so many seconds, and ends what is left of it (component:agent). */
const limited = '/usr/lib/catamaran/limited';

export interface HealthFinding {
  readonly wrong: readonly string[];
  /** By init: another text at the next look means that a service has started anew. */
  readonly processes: string;
}

export function checkHealth(host: Host, checks: readonly HealthCheck[]): HealthFinding {
  const names = keptServices(readServices(host)).map(({ name }) => name);
  const manager = managerOf(host);
  const services = manager.list(host, names);
  const wrong = [
    whatIsWrongWithData(host),
    ...services.map(whatIsWrong),
    ...checks.map((check) => runCheck(host, check, services)),
    ...(host.listDirectory(programs) ?? []).map((name) => runProgram(host, name)),
  ].filter((finding) => finding !== undefined);
  return { wrong, processes: manager.started(host, names) };
}

function whatIsWrongWithData(host: Host): string | undefined {
  return host.readText(dataPath)?.trim() === 'memory'
    ? 'the data partition is not mounted: /var is in memory, and what is written there will be lost'
    : undefined;
}

function whatIsWrong({ name, state, detail = '', health }: ServiceReport): string | undefined {
  // One that is not to be started again has done its work.
  if (state === 'ended' && detail === '0') return undefined;
  if (state !== 'running') return `service ${name} is not up: ${state} ${detail}`.trim();
  return health === undefined || health.state === 'healthy'
    ? undefined
    : `service ${name} is ${health.state}`;
}

function runCheck(
  host: Host,
  { name, probe, service, timeout }: HealthCheck,
  services: readonly ServiceReport[],
): string | undefined {
  const pid = String(services.find((each) => each.name === service)?.pid ?? 0);
  const place = service === undefined ? onHost : inContainer(service, pid, '"$pid_file"');
  const script = ['sh', '-c', probeScript(probe, place)];
  return judge(host, `check ${name}`, [limited, String(timeout / 1000), ...script]);
}

function runProgram(host: Host, name: string): string | undefined {
  return judge(host, name, [limited, String(programTimeout), `${programs}/${name}`]);
}

function judge(host: Host, what: string, command: string[]): string | undefined {
  const { status, output } = host.run(command as [string, ...string[]]);
  if (status === 0) return undefined;
  const said = output.trim().split('\n').at(-1)?.slice(0, 200);
  const how =
    status === 143 || status === 137 || status === 124
      ? 'did not end in time'
      : `ended with status ${status}`;
  return `${what} ${how}${said ? `: ${said}` : ''}`;
}
