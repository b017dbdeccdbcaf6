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
  summary:
    '`ssh_authorized_keys`, and keys of `root` among `users`: who may log in as root; `ssh_pwauth`: whether sshd takes passwords',
  pass: 'local',
  when: 'instance',
  inEtc: true,
  apply({ host, config: { users, sshKeys, sshPasswords }, report }) {
    const named = users.filter(({ name }) => name === 'root' || name === 'default');
    const keys = [...new Set([...named.flatMap((user) => user.sshKeys), ...sshKeys])];
    // Those of the instance before this one have no business here.
    if (keys.length === 0) {
      if (removeAuthorizedKeys(host, 'root'))
        report.applied('keys of root that an earlier instance had are removed');
    } else {
      const many = keys.length === 1 ? 'a key' : `${keys.length} keys`;
      report.attempt(`${many} of root`, () => putAuthorizedKeys(host, 'root', keys));
    }
    if (sshPasswords === undefined) removeIfThere(host, settings);
    else
      report.attempt(`sshd takes ${sshPasswords ? 'passwords and keys' : 'keys alone'}`, () =>
        changeFile(host, settings, answers[sshPasswords ? 'yes' : 'no'], { mode: 0o644 }),
      );
  },
};
