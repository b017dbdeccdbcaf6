// runsv over each service, by the scripts of components/init: a directory in /run/service, its log by svlogd in /var/log. runit
// starts containers by itself, system-docker is asked for them.
import { type Host, runOrThrow } from '../host/host.ts';
import { boundLogs } from './log-bounds.ts';
import type { ServiceManager, ServiceReport } from './manager.ts';
import { serviceDirectory, tellScripts, toldHealth, toldState } from './script-settings.ts';
import { shutdownLimit, stopWaves } from './stop-order.ts';

const logsOf = (name: string) => `/var/log/${name}`;
const runtime = '/usr/lib/catamaran/runtime';

/** `lastWord`: seconds that the runtime has, after a container's first process has ended, to say how. */
export const underRunsv = ({ lastWord }: { readonly lastWord: number }): ServiceManager => ({
  configure(host, services) {
    const waves = stopWaves(services).map((wave) => `${wave.join(' ')}\n`);
    host.writeFile('/run/catamaran/stop-order', waves.join(''));
    host.writeFile('/run/catamaran/shutdown-limit', `${shutdownLimit(services)}\n`);
    tellScripts(host, services, boundLogs(host, services.length), lastWord);
    // For runsv: not before it is told to.
    for (const { name, schedule } of services)
      if (schedule !== undefined) host.writeFile(`${serviceDirectory(name)}/down`, '');
  },

  list: (host, names) => names.map((name) => report(host, name)),

  // To the container and not to runsv, which knows less than all signals, and counts some as its own.
  signal(host, name, signal) {
    runOrThrow(host, [runtime, 'kill', name, signal]);
  },

  stop(host, { name, stop }) {
    const seconds = Math.max(1, Math.ceil(stop.timeout / 1000));
    // One that had to be killed is an error to sv, and down all the same.
    host.run(['sv', '-w', String(seconds), 'force-stop', serviceDirectory(name)]);
    runOrThrow(host, ['sv', '-w', '10', 'stop', serviceDirectory(name)]);
  },

  start(host, name) {
    runOrThrow(host, ['sv', 'up', serviceDirectory(name)]);
  },

  enter: (name) => [runtime, 'exec', name],

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
});

function report(host: Host, name: string): ServiceReport {
  const directory = serviceDirectory(name);
  const { state = 'stopped', detail } = toldState(host, name);
  const pid = Number(host.readText(`${directory}/main`) ?? 0);
  return {
    name,
    state: state as ServiceReport['state'],
    ...(detail && { detail }),
    ...(state === 'running' && pid > 0 && { pid }),
    restarts: Number(host.readText(`${directory}/restarts`) ?? 0),
    ...toldHealth(host, name),
  };
}
