// `catamaran-agent services`: each service in the order of starting, from what the scripts of components/init keep.
//
// /run/service/NAME/state: one line, `starting`, `waiting ON-WHAT`, `running`, `pausing SECONDS`, `ended STATUS`, `stopped`.
// /run/catamaran/health/NAME: one line, `starting|healthy|unhealthy SINCE`, in seconds after boot; there only while a
// service that has a health check is meant to run. Each is replaced by rename, so that no half a line is ever read.
import type { Host } from '../host/host.ts';
import { serviceDirectory } from './configure.ts';
import { readServices } from './settings.ts';

export interface ServiceReport {
  readonly name: string;
  readonly state: 'starting' | 'waiting' | 'running' | 'pausing' | 'ended' | 'stopped';
  /** What it waits for, the length of the pause in seconds, the exit status. */
  readonly detail?: string;
  /** Of the container's first process, while it runs. */
  readonly pid?: number;
  readonly restarts: number;
  readonly health?: { readonly state: 'starting' | 'healthy' | 'unhealthy'; readonly since: number };
}

export function reportServices(host: Host, format: 'text' | 'json'): void {
  const reports = readServices(host).map(({ name }) => reportService(host, name));
  if (format === 'json') {
    host.print(JSON.stringify(reports, undefined, 2));
    return;
  }
  const rows = reports.map(({ name, state, detail = '', pid, restarts, health }) => {
    const known = health ? `${health.state} since ${health.since} s` : '-';
    return [name, `${state} ${detail}`.trim(), String(pid ?? '-'), String(restarts), known];
  });
  for (const line of table([['NAME', 'STATE', 'PID', 'RESTARTS', 'HEALTH'], ...rows])) host.print(line);
}

export function reportService(host: Host, name: string): ServiceReport {
  const directory = serviceDirectory(name);
  const [state = 'stopped', ...detail] = words(host.readText(`${directory}/state`));
  const pid = Number(host.readText(`${directory}/main`) ?? 0);
  const [health, since] = words(host.readText(`/run/catamaran/health/${name}`));
  return {
    name,
    state: state as ServiceReport['state'],
    ...(detail.length > 0 && { detail: detail.join(' ') }),
    ...(state === 'running' && pid > 0 && { pid }),
    restarts: Number(host.readText(`${directory}/restarts`) ?? 0),
    ...(health && {
      health: { state: health as 'starting' | 'healthy' | 'unhealthy', since: Number(since) },
    }),
  };
}

const words = (line: string | undefined) => (line ?? '').trim().split(/\s+/).filter(Boolean);

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
