// runit, by the scripts of components/init: a directory for each service in /run/service, its log by svlogd in /var/log.
//
// They are told, as shell variables in NAME/settings: `after`, the service before it in the order; `log_size`, of one file of
// its log in bytes; `depends`; `policy`;
// `initial`, `max`, `reset` in milliseconds; `signal`; `stop_limit` in whole seconds, as `sv -w` takes them; and where there
// is a health check, which is NAME/probe, `interval` and `grace` in milliseconds, `limit` in whole seconds, `retries`.
//
// They tell, in NAME/state, one line: `starting`, `waiting ON-WHAT`, `running`, `pausing SECONDS`, `ended STATUS`, `stopped`;
// and in /run/catamaran/health/NAME, as long as a service with a health check is meant to run: `starting|healthy|unhealthy
// SINCE`, in seconds after boot. Each is replaced by rename, so that no half a line is ever read.
import { type Host, runOrThrow } from '../host/host.ts';
import { quote } from '../host/quote.ts';
import { inContainer } from '../probe/place.ts';
import { probeScript } from '../probe/table.ts';
import { boundLogs } from './log-bounds.ts';
import type { ServiceManager, ServiceReport } from './manager.ts';
import type { SupervisedService } from './settings.ts';
import { signalForRuntime } from './signal.ts';
import { shutdownLimit, stopWaves } from './stop-order.ts';

const directoryOf = (name: string) => `/run/service/${name}`;
const logsOf = (name: string) => `/var/log/${name}`;
const runtime = '/usr/lib/catamaran/runtime';

export const runit: ServiceManager = {
  configure(host, services) {
    const logSize = boundLogs(host, services.length);
    const waves = stopWaves(services).map((wave) => `${wave.join(' ')}\n`);
    host.writeFile('/run/catamaran/stop-order', waves.join(''));
    host.writeFile('/run/catamaran/shutdown-limit', `${shutdownLimit(services)}\n`);
    services.forEach((service, index) => {
      const directory = directoryOf(service.name);
      host.writeFile(
        `${directory}/settings`,
        settingsText(service, { after: services[index - 1]?.name ?? '', logSize }),
      );
      if (!service.health) return;
      // `$1` of the script is the container's first process.
      const script = probeScript(service.health.probe, inContainer(service.name, '$1', 'probe.pid'));
      host.writeFile(`${directory}/probe`, `${script}\n`);
    });
  },

  list: (host, names) => names.map((name) => report(host, name)),

  // To the container and not to runsv, which knows less than all signals, and counts some as its own.
  signal(host, name, signal) {
    runOrThrow(host, [runtime, 'kill', name, signal]);
  },

  started(host, names) {
    return names
      .map((name) => report(host, name))
      .map(({ name, pid, restarts }) => `${name} ${pid} ${restarts}`)
      .join('\n');
  },

  logs(host, name, follow) {
    const directory = logsOf(name);
    const current = `${directory}/current`;
    if (follow) return ['tail', '-F', current];
    // The older ones begin with @ and their time in hex, and are listed by that.
    const files = (host.listDirectory(directory) ?? []).filter((file) => /^@[0-9a-f]+\.[su]$/.test(file));
    return ['cat', ...files.map((file) => `${directory}/${file}`), current];
  },
};

function report(host: Host, name: string): ServiceReport {
  const directory = directoryOf(name);
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

function settingsText(
  { dependsOn, restart, stop, health }: SupervisedService,
  { after, logSize }: { after: string; logSize: number },
): string {
  const variables = {
    after,
    log_size: logSize,
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
