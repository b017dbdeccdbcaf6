// What the scripts that start a service, and try its health check, are told and tell; every init of ours has the same ones
// (components/init/rootfs/usr/lib/catamaran/service), in a directory for each service.
//
// They are told, as shell variables in NAME/settings: `after`, the service before it in the order; `log_size`, of one file of
// its log in bytes; `last_word`, in seconds, where `runsv` is to end a runtime that outlives its container; `depends`; `policy`;
// `initial`, `max`, `reset` in milliseconds; `signal`; `stop_limit` in whole seconds, as `sv -w` takes them; and where there
// is a health check, which is NAME/probe, `interval` and `grace` in milliseconds, `limit` in whole seconds, `retries`.
//
// They tell, in NAME/state, one line: `starting`, `waiting ON-WHAT`, `running`, `pausing SECONDS`, `ended STATUS`, `stopped`;
// and in /run/catamaran/health/NAME, as long as a service with a health check is meant to run: `starting|healthy|unhealthy
// SINCE`, in seconds after boot. Each is replaced by rename, so that no half a line is ever read.
import type { Host } from '../host/host.ts';
import { quote } from '../host/quote.ts';
import { inContainer } from '../probe/place.ts';
import { probeScript } from '../probe/table.ts';
import type { ServiceReport } from './manager.ts';
import { keptServices, type SupervisedService } from './settings.ts';
import { signalForRuntime } from './signal.ts';

export const serviceDirectory = (name: string) => `/run/service/${name}`;

/** `services` in the order of starting; `logSize` in bytes. */
export function tellScripts(
  host: Host,
  services: readonly SupervisedService[],
  logSize: number,
  lastWord?: number,
): void {
  // What runs when it is due has no turn among the others.
  const kept = keptServices(services);
  services.forEach((service) => {
    const directory = serviceDirectory(service.name);
    host.writeFile(
      `${directory}/settings`,
      settingsText(service, { after: kept[kept.indexOf(service) - 1]?.name ?? '', logSize, lastWord }),
    );
    if (!service.health) return;
    // `$1` of the script is the container's first process.
    const script = probeScript(service.health.probe, inContainer(service.name, '$1', 'probe.pid'));
    host.writeFile(`${directory}/probe`, `${script}\n`);
  });
}

/** Of NAME/state: its first word, and what follows. */
export function toldState(host: Host, name: string): { state?: string; detail?: string } {
  const [state, ...detail] = words(host.readText(`${serviceDirectory(name)}/state`));
  return { ...(state && { state }), ...(detail.length > 0 && { detail: detail.join(' ') }) };
}

export function toldHealth(host: Host, name: string): Pick<ServiceReport, 'health'> {
  const [health, since] = words(host.readText(`/run/catamaran/health/${name}`));
  if (!health) return {};
  return { health: { state: health as 'starting' | 'healthy' | 'unhealthy', since: Number(since) } };
}

const words = (line: string | undefined) => (line ?? '').trim().split(/\s+/).filter(Boolean);

function settingsText(
  { dependsOn, restart, stop, health }: SupervisedService,
  { after, logSize, lastWord }: { after: string; logSize: number; lastWord: number | undefined },
): string {
  const variables = {
    after,
    log_size: logSize,
    ...(lastWord !== undefined && { last_word: lastWord }),
    depends: dependsOn.join(' '),
    policy: restart.policy,
    ...restart.backoff,
    signal: signalForRuntime(stop.signal),
    stop_limit: wholeSeconds(stop.timeout),
    ...(health && {
      interval: health.interval,
      // A service that has just started has as long as a running one may fail.
      grace: health.interval * health.retries,
      limit: wholeSeconds(health.timeout),
      retries: health.retries,
    }),
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quote(String(value))}\n`)
    .join('');
}

/** At least one: `sv -w 0` and `timeout 0` mean something else. */
const wholeSeconds = (milliseconds: number) => Math.max(1, Math.ceil(milliseconds / 1000));
