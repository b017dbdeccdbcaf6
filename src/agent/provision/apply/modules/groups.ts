// groups, with their members; these may be users that are only made after it.
import { addMember, ensureGroup, readAccounts, saveAccounts } from '../accounts.ts';
import type { Module } from '../module.ts';

export const groups: Module = {
  name: 'groups',
  summary: '`groups`: in `/etc/group`, with their members',
  pass: 'local',
  when: 'instance',
  inEtc: true,
  apply({ host, config, report }) {
    for (const { name, gid, members, system } of config.groups)
      report.attempt(`the group ${name}`, () => {
        const accounts = readAccounts(host);
        ensureGroup(accounts, name, { gid, system });
        for (const member of members) addMember(accounts, name, member);
        return saveAccounts(host, accounts);
      });
  },
};
