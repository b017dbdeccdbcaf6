// catamaran.update: as a person's own settings, which `catamaran-agent channel` changes later.
import { writeSetting } from '../../../update/settings.ts';
import type { Module } from '../module.ts';

const names = ['url', 'channel', 'ring', 'interval', 'reboot', 'window'] as const;

export const update: Module = {
  name: 'update',
  summary: '`catamaran.update`, `coreos.update`: lines of `/etc/catamaran/update.yml`',
  pass: 'local',
  when: 'instance',
  inEtc: true,
  apply({ host, config: { update }, report }) {
    for (const name of names) {
      const value = update[name];
      if (value !== undefined)
        report.attempt(`updates: ${name} ${value}`, () => writeSetting(host, name, value));
    }
  },
};
