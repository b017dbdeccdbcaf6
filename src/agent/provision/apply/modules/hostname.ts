// hostname, fqdn: the kernel's name, /etc/hostname for the boots to come, and the names in /etc/hosts.

import { namelessPath } from '../../../boot/identity.ts';
import { runOrThrow } from '../../../host/host.ts';
import type { Module } from '../module.ts';
import { changeFile } from '../write.ts';

/** As Debian has it: an address of its own, so that the name is there before any network. */
const own = '127.0.1.1';

export const hostname: Module = {
  name: 'hostname',
  summary: '`hostname`, `fqdn`: the name of the machine, in `/etc/hostname` and `/etc/hosts`',
  pass: 'local',
  when: 'instance',
  inEtc: true,
  apply({ host, config: { hostname: name, fqdn }, report }) {
    if (name === undefined) return;
    report.attempt(`the host name ${name}`, () => {
      const changed = changeFile(host, '/etc/hostname', `${name}\n`, { mode: 0o644 });
      runOrThrow(host, ['hostname', name]);
      host.removeFile(namelessPath);
      const hosts = (host.readText('/etc/hosts') ?? '').split('\n').filter((line) => line !== '');
      const names = [...new Set([...(fqdn === undefined ? [] : [fqdn]), name])].join(' ');
      const others = hosts.filter((line) => !line.startsWith(`${own} `));
      const text = `${[...others, `${own} ${names}`].join('\n')}\n`;
      return changeFile(host, '/etc/hosts', text, { mode: 0o644 }) || changed;
    });
  },
};
