// Is this machine healthy, now? Every service up, the spec's checks, then every program in health.d; each has its limit in
// time. The answer is what is wrong, one sentence for each; an empty list is health.
import type { Host } from '../host.ts';
import type { HealthCheck } from './settings.ts';

const defaultTimeout = 10;
const programTimeout = 60;
const programs = '/usr/lib/catamaran/health.d';
/** Written by init's second stage: one service on a line, its name first. */
const services = '/run/catamaran/services';

interface ServiceHealth {
  readonly probe: {
    readonly kind: 'command' | 'http' | 'tcp' | 'file';
    readonly command?: readonly string[];
    readonly url?: string;
    readonly address?: string;
    readonly path?: string;
  };
  /** Milliseconds. */
  readonly timeout: number;
}

export interface Finding {
  readonly wrong: readonly string[];
  /** The services' processes: others at the next look mean that one has started anew. */
  readonly processes: string;
}

export function checkHealth(host: Host, checks: readonly HealthCheck[]): Finding {
  const up = serviceStates(host);
  const wrong = [
    ...(host.readText(services) === undefined ? ['the services have not been started yet'] : []),
    ...up.filter(({ running }) => !running).map(({ name }) => `service ${name} is not up`),
    ...up.flatMap(({ name }) => serviceChecks(host, name)).map((check) => runCheck(host, check)),
    ...checks.map((check) => runCheck(host, check)),
    ...(host.listDirectory(programs) ?? []).map((name) => runProgram(host, name)),
  ].filter((finding) => finding !== undefined);
  return { wrong, processes: up.map(({ name, process }) => `${name}=${process}`).join(' ') };
}

function serviceStates(host: Host): { name: string; running: boolean; process: string }[] {
  const names = (host.readText(services) ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' ')[0]!);
  return names.map((name) => {
    const supervise = `/run/service/${name}/supervise`;
    const process = host.readText(`${supervise}/pid`)?.trim() ?? '';
    const running = process !== '' && /^run\b/.test(host.readText(`${supervise}/stat`) ?? '');
    return { name, running, process };
  });
}

/** What the service's own `health` says (container/supervision.ts), as a check. */
function serviceChecks(host: Host, service: string): HealthCheck[] {
  const text = host.readText(`/containers/services/${service}/catamaran.json`);
  const { health } = JSON.parse(text ?? '{}') as { health?: ServiceHealth };
  if (!health) return [];
  const { kind, command = [], url = '', address = '', path = '' } = health.probe;
  const common = { name: `of ${service}`, timeout: Math.ceil(health.timeout / 1000) };
  if (kind === 'http') return [{ ...common, http: url }];
  if (kind === 'tcp') return [{ ...common, tcp: address }];
  return [{ ...common, service, command: kind === 'file' ? ['test', '-e', path] : command }];
}

function runCheck(host: Host, check: HealthCheck): string | undefined {
  const limit = String(check.timeout ?? defaultTimeout);
  const command = commandOf(check, limit);
  if (command === undefined) return `check ${check.name} is of no known kind`;
  return judge(host, `check ${check.name}`, ['timeout', '-k', '2', limit, ...command]);
}

function commandOf({ http, tcp, command, service, file }: HealthCheck, limit: string): string[] | undefined {
  if (http !== undefined) return ['wget', '-q', '-T', limit, '-O', '/dev/null', http];
  if (tcp !== undefined) {
    const [, address = tcp, port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(tcp) ?? [];
    return ['nc', '-w', limit, '-e', '/bin/true', address, port];
  }
  if (file !== undefined) return ['test', '-e', file];
  if (command === undefined) return undefined;
  return service === undefined ? [...command] : ['/usr/lib/catamaran/runtime', 'exec', service, ...command];
}

function runProgram(host: Host, name: string): string | undefined {
  return judge(host, name, ['timeout', '-k', '2', String(programTimeout), `${programs}/${name}`]);
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
