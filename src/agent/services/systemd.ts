// systemd, by component:init-systemd: a unit for each container (systemd-units.ts), its log in the journal. systemd says how a
// service is; what it cannot know, such as what one waits for before its container is made, the scripts tell as under runit.
import { bundlePath, type Section } from '../../contract/bundles.ts';
import { readOnceSettings } from '../../contract/supervision.ts';
import { unitOf } from '../../contract/units.ts';
import { type Host, runOrThrow } from '../host/host.ts';
import { boundLogs } from './log-bounds.ts';
import type { ServiceManager, ServiceReport } from './manager.ts';
import { serviceDirectory, tellScripts, toldHealth, toldState } from './script-settings.ts';
import { keptServices } from './settings.ts';
import { shutdownLimit } from './stop-order.ts';
import { type ShownUnit, showUnits } from './systemd-show.ts';
import { journalSettings, onceUnit, serviceUnit, shutdownTimeout, wanting } from './systemd-units.ts';

const units = '/run/systemd/system';
const runtime = '/usr/lib/catamaran/runtime';
/** Those of components, as under runit. */
const parts = '/usr/lib/catamaran/system';
const watchdog = 'catamaran@_watchdog.service';

export const systemd: ServiceManager = {
  configure(host, services) {
    const logSize = boundLogs(host, services.length);
    tellScripts(host, services, logSize);
    host.writeFile(
      '/run/systemd/journald.conf.d/catamaran-size.conf',
      journalSettings(logSize, services.length),
    );
    host.makeDirectory('/run/catamaran/health');
    const write = (name: string, text: string) => host.writeFile(`${units}/${name}`, text);
    for (const service of services) write(unitOf('services', service.name), serviceUnit(service));
    const once = { onboot: listOnce(host, 'onboot'), onshutdown: listOnce(host, 'onshutdown') };
    for (const section of ['onboot', 'onshutdown'] as const)
      for (const container of once[section])
        write(unitOf(section, container.name), onceUnit(section, container, once[section]));
    const limit = shutdownLimit(services);
    for (const target of ['reboot', 'poweroff', 'halt'])
      write(`${target}.target.d/catamaran.conf`, shutdownTimeout(limit));
    const unitsOf = (section: Section, names: readonly { name: string }[]) =>
      names.map(({ name }) => unitOf(section, name));
    write('catamaran-onboot.target.d/containers.conf', wanting(unitsOf('onboot', once.onboot)));
    write('catamaran-up.service.d/containers.conf', wanting(unitsOf('onshutdown', once.onshutdown)));
    write(
      'catamaran-services.target.d/containers.conf',
      wanting(unitsOf('services', keptServices(services))),
    );
    const own = (host.listDirectory(parts) ?? []).map((name) => `catamaran@${name}.service`);
    write('sysinit.target.d/catamaran.conf', wanting([watchdog]));
    const late = [...own.filter((name) => name !== watchdog), 'catamaran-services.target'];
    write('multi-user.target.d/catamaran.conf', wanting(late));
  },

  list(host, names) {
    const shown = showUnits(
      host,
      names.map((name) => unitOf('services', name)),
    );
    return names.map((name, index) => report(host, name, shown[index]));
  },

  signal(host, name, signal) {
    runOrThrow(host, [runtime, 'kill', name, signal]);
  },

  stop(host, { name }) {
    runOrThrow(host, ['systemctl', 'stop', unitOf('services', name)]);
  },

  start(host, name) {
    runOrThrow(host, ['systemctl', 'daemon-reload']);
    runOrThrow(host, ['systemctl', '--no-block', 'start', unitOf('services', name)]);
  },

  enter: (name) => [runtime, 'exec', name],

  started(host, names) {
    return this.list(host, names)
      .map(({ name, pid, restarts }) => `${name} ${pid} ${restarts}`)
      .join('\n');
  },

  logs(_host, name, follow) {
    const way = follow ? '--follow' : '--no-pager';
    return ['journalctl', '--output=cat', '--quiet', way, `--unit=${unitOf('services', name)}`];
  },
};

function listOnce(host: Host, section: 'onboot' | 'onshutdown') {
  return (host.listDirectory(`/containers/${section}`) ?? []).map((name) => {
    const path = `${bundlePath(section, name)}/catamaran.json`;
    return { name, ...readOnceSettings(host.readText(path), path) };
  });
}

function report(host: Host, name: string, unit: ShownUnit | undefined): ServiceReport {
  const told = toldState(host, name);
  const before = Number(host.readText(`${serviceDirectory(name)}/restarts`) ?? 0);
  const restarts = before + (unit?.restarts ?? 0);
  const as = (
    state: ServiceReport['state'],
    more: Partial<Pick<ServiceReport, 'detail' | 'pid'>> = {},
    health = toldHealth(host, name),
  ): ServiceReport => ({ name, state, ...more, restarts, ...health });
  if (unit === undefined || !unit.isKnown) return as('stopped', {}, {});
  switch (unit.state) {
    case 'active':
    case 'deactivating':
      return unit.pid > 0 ? as('running', { pid: unit.pid }) : as('starting');
    case 'activating':
      if (unit.pause !== undefined) return as('pausing', { detail: unit.pause.toFixed(3) });
      return told.state === 'waiting' && told.detail
        ? as('waiting', { detail: told.detail })
        : as('starting');
    default:
      // Its turn comes when what it depends on has started.
      if (unit.hasJob) return as('starting');
      return told.state === 'ended' && told.detail
        ? as('ended', { detail: told.detail }, {})
        : as('stopped', {}, {});
  }
}
