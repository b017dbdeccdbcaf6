// How people get in by SSH: the keys of the image's user, who is root, and whether sshd takes passwords.
import { putAuthorizedKeys, removeAuthorizedKeys } from '../authorized-keys.ts';
import type { Module } from '../module.ts';
import { changeFile, removeIfThere } from '../write.ts';

/** Read by component:sshd when it starts, which is after the local pass. */
const settings = '/etc/ssh/sshd_config.d/50-user-data.conf';
const answers = {
  yes: 'PasswordAuthentication yes\nAuthenticationMethods any\n',
  no: 'PasswordAuthentication no\n',
};

export const ssh: Module = {
  name: 'ssh',
  summary: '`ssh_authorized_keys`: who may log in as root; `ssh_pwauth`: whether sshd takes passwords',
  pass: 'local',
  when: 'instance',
  inEtc: true,
  apply({ host, config: { sshKeys, sshPasswords }, report }) {
    // Those of the instance before this one have no business here.
    if (sshKeys.length === 0) {
      if (removeAuthorizedKeys(host, 'root'))
        report.applied('keys of root that an earlier instance had are removed');
    } else {
      const many = sshKeys.length === 1 ? 'a key' : `${sshKeys.length} keys`;
      report.attempt(`${many} of root`, () => putAuthorizedKeys(host, 'root', sshKeys));
    }
    if (sshPasswords === undefined) removeIfThere(host, settings);
    else
      report.attempt(`sshd takes ${sshPasswords ? 'passwords and keys' : 'keys alone'}`, () =>
        changeFile(host, settings, answers[sshPasswords ? 'yes' : 'no'], { mode: 0o644 }),
      );
  },
};
