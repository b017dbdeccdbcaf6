// timezone and ntp.

import { hasDaemon, restartDaemon } from '../../../host/daemons.ts';
import { AgentError, type Host } from '../../../host/host.ts';
import type { Module } from '../module.ts';
import { changeFile, script } from '../write.ts';

const zones = '/usr/share/zoneinfo';
/** ZONE. */
export const zoneScript = `new=/etc/localtime.new
ln -sf "${zones}/$1" "$new" && mv -f "$new" /etc/localtime`;

export const timeZone: Module = {
  name: 'time zone',
  summary: '`timezone`: where the image has the zones of tzdata',
  pass: 'local',
  when: 'instance',
  inEtc: true,
  apply({ host, config: { timezone: zone }, report }) {
    if (zone === undefined) return;
    report.attempt(`the time zone ${zone}`, () => {
      const isUniversal = /^(Etc\/)?(UTC|GMT|Zulu)$/i.test(zone);
      if (!isUniversal && host.readText(`${zones}/${zone}`) === undefined)
        throw new AgentError(`the image has no ${zones}/${zone}`, {
          code: 'program-missing',
          hint: 'Add a component with the package tzdata to init.',
        });
      if (host.readText(`${zones}/${zone}`) !== undefined) script(host, zoneScript, zone);
      return changeFile(host, '/etc/timezone', `${zone}\n`, { mode: 0o644 });
    });
  },
};

/** component:chrony, which reads all files there. */
const chrony = { daemon: 'chrony', settings: '/etc/chrony/conf.d/user-data.conf' } as const;

/** Programs that keep the time, as the images of services call them. */
const clients = /"[^"]*\/(chronyd|ntpd|openntpd|systemd-timesyncd)"/;

export const ntp: Module = {
  name: 'ntp',
  summary:
    '`ntp`: the servers, for component:chrony, or in `/etc/ntp.conf` for the service of the image that keeps the time',
  pass: 'local',
  when: 'instance',
  inEtc: true,
  apply({ host, config: { ntp: settings }, report }) {
    if (!settings?.enabled) return;
    const what = `time from ${settings.servers.join(', ') || 'the servers of the image'}`;
    report.attempt(what, () => {
      const lines = settings.servers.map((server) => `server ${server} iburst\n`).join('');
      const isChrony = hasDaemon(host, chrony.daemon);
      const path = isChrony ? chrony.settings : '/etc/ntp.conf';
      const changed = lines !== '' && changeFile(host, path, lines, { mode: 0o644 });
      if (isChrony && changed) restartDaemon(host, chrony.daemon);
      if (!isChrony && !hasClient(host))
        throw new AgentError('no service of this image keeps the time', {
          code: 'program-missing',
          hint: 'Add component:chrony to init.',
        });
      return changed;
    });
  },
};

function hasClient(host: Host): boolean {
  const names = host.listDirectory('/containers/services') ?? [];
  return names.some((name) => clients.test(host.readText(`/containers/services/${name}/config.json`) ?? ''));
}
