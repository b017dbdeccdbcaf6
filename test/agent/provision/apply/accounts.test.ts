// Users, groups, keys and passwords, without a program that would make them.
import { describe, expect, test } from 'vitest';
import { applyText } from '../user-data.ts';

const key = `ssh-ed25519 ${'A'.repeat(68)} me@example.org`;

describe('users', () => {
  test('a user gets an account, a group, a home and keys', () => {
    const { host, lines } = applyText(`
users:
  - default
  - {name: ada, gecos: Ada L, groups: [docker, wheel], ssh_authorized_keys: ["${key}"]}
`);
    expect(lines('users')).toEqual(['applied: the user ada']);
    expect(host.readText('/etc/passwd')).toContain('\nada:x:1000:1000:Ada L:/home/ada:/bin/sh\n');
    expect(host.readText('/etc/shadow')).toContain('\nada:*:');
    expect(host.readText('/etc/group')).toBe(
      'root:x:0:\ntty:x:5:\nnogroup:x:65534:\nada:x:1000:\ndocker:x:1001:ada\nwheel:x:1002:ada\n',
    );
    expect(host.mode('/home/ada')).toBe('0700');
    expect(host.owners()['/home/ada']).toBe('1000:1000');
    expect(host.readText('/etc/ssh/authorized_keys.d/ada.provisioned')).toBe(`${key}\n`);
    expect(host.mode('/etc/ssh/authorized_keys.d/ada.provisioned')).toBe('0644');
    expect([host.mode('/etc/passwd'), host.mode('/etc/shadow')]).toEqual(['0644', '0640']);
  });

  test('keys of root among the users count beside those of the image’s user', () => {
    const other = key.replace('me@', 'you@');
    const file = '/etc/ssh/authorized_keys.d/root.provisioned';
    const text = `users: [{name: root, ssh_authorized_keys: ["${key}"]}]`;
    expect(applyText(text).host.readText(file)).toBe(`${key}\n`);
    const both = applyText(`${text}\nssh_authorized_keys: ["${other}", "${key}"]`);
    expect(both.host.readText(file)).toBe(`${key}\n${other}\n`);
  });

  test('a second time nothing changes, and what a person has changed since stays', () => {
    const text = 'users: [{name: ada, uid: 1500}]';
    const first = applyText(text);
    expect(applyText(text, { host: first.host }).lines('users')).toEqual(['unchanged: the user ada']);
    first.host.writeFile('/etc/passwd', 'root:x:0:0::/root:/bin/sh\n');
    expect(applyText(text, { host: first.host, newInstance: false }).lines('users')).toEqual([]);
    expect(first.host.readText('/etc/passwd')).not.toContain('ada');
  });

  test('where /etc is in memory, a user is made at each boot', () => {
    const { lines } = applyText('users: [{name: ada}]', {
      newInstance: false,
      files: { '/run/catamaran/etc/x': '' },
    });
    expect(lines('users')).toEqual(['applied: the user ada']);
  });

  test('a hash is kept as it is, one that is locked lets nobody in, and keys work with both', () => {
    const { host } = applyText(`
users:
  - {name: open, passwd: "$6$salt$abcdefgh", lock_passwd: false}
  - {name: shut, passwd: "$6$salt$abcdefgh"}
  - {name: plain, plain_text_passwd: secret, lock_passwd: false}
`);
    const shadow = host.readText('/etc/shadow')!;
    expect(shadow).toContain('\nopen:$6$salt$abcdefgh:');
    expect(shadow).toContain('\nshut:*$6$salt$abcdefgh:');
    expect(shadow).toContain('\nplain:$6$salt$secret:');
    expect(shadow).not.toContain('!');
    expect(host.listDirectory('/run/catamaran/stage')).toEqual([]);
  });

  test('a random password is told on the console, and nowhere else', () => {
    const { host, outcomes } = applyText('chpasswd: {expire: false, users: [{name: root, type: RANDOM}]}', {
      files: { '/dev/console': '' },
    });
    const told = /the password of root is (\S{20})\r/.exec(host.readText('/dev/console')!)![1]!;
    expect(host.readText('/etc/shadow')).toContain(`root:$6$salt$${told}:`);
    expect(JSON.stringify(outcomes) + host.printed.join() + host.calls.join()).not.toContain(told);
  });

  test('the default user is root, whose password user-data may set', () => {
    const { host } = applyText('password: "$6$salt$abcdefgh"\nchpasswd: {expire: false}');
    expect(host.readText('/etc/shadow')).toContain('root:$6$salt$abcdefgh:');
    expect(host.readText('/etc/passwd')).not.toContain('default');
  });

  test('what the image has not is said: a shell, sudo, an expiry', () => {
    const { host, lines } = applyText(`
users: [{name: ada, shell: /bin/bash, sudo: "ALL=(ALL) NOPASSWD:ALL", plain_text_passwd: x, lock_passwd: false}]
chpasswd: {users: [{name: ada, password: y, type: text}]}
`);
    expect(host.readText('/etc/passwd')).toContain(':/home/ada:/bin/sh\n');
    expect(lines('users').slice(1)).toEqual([
      'ignored: the shell /bin/bash of ada is not in the image: it gets /bin/sh',
      'ignored: the sudo rules of ada: the image has no sudo; log in as root by key',
      expect.stringContaining('ignored: that the password of ada must be changed at the first login'),
    ]);
  });

  test('a password that must be changed at the first login is told to those who ask, where the image has passwd', () => {
    const answers = (command: readonly string[]) =>
      command.join(' ') === 'test -u /usr/bin/passwd' ? { status: 0 } : undefined;
    const text = `
users: [{name: ada, plain_text_passwd: x, lock_passwd: false}, {name: bob, passwd: "$6$salt$abcdefgh", lock_passwd: false}]
chpasswd: {list: ["ada:y", "bob:$6$salt$abcdefgh"]}
`;
    const { host, lines } = applyText(text, { answers });
    expect(host.readText('/etc/shadow')).toMatch(
      /\nada:\$6\$salt\$y:0:::::[\s\S]*\nbob:\$6\$salt\$abcdefgh::::::/,
    );
    expect(lines('users')).toEqual(['applied: the user ada', 'applied: the user bob']);
  });

  test('the last day of an account is in days since 1970', () => {
    const { host, lines } = applyText('users: [{name: ada, expiredate: "2032-09-01"}]');
    expect(host.readText('/etc/shadow')).toMatch(/\nada:\*::::::22889:\n/);
    expect(lines('users')).toEqual(['applied: the user ada']);
    const text =
      'users: [{name: ada, expiredate: "2032-09-01", passwd: "$6$salt$abcdefgh", lock_passwd: false}]';
    expect(applyText(text).lines('users')[1]).toMatch(/^ignored: the last day of ada at the console/);
  });

  test('numbers that are taken, and homes that leave, are failures, and the next user is made', () => {
    const { host, lines } = applyText(`
users:
  - {name: zero, uid: 0}
  - {name: nobody, uid: 7}
  - {name: ada}
`);
    expect(lines('users')).toEqual([
      'failed: the user zero: the number 0 is that of another user',
      expect.stringContaining('failed: the user nobody: it has the number 65534 already'),
      'applied: the user ada',
    ]);
    expect(host.readText('/etc/passwd')).not.toContain('zero');
  });

  test('groups have their members before these are made', () => {
    const { host, lines } = applyText('groups: [{ops: [ada, root]}, empty]');
    expect(lines('groups')).toEqual(['applied: the group ops', 'applied: the group empty']);
    expect(host.readText('/etc/group')).toContain('ops:x:1000:ada,root\nempty:x:1001:\n');
  });
});

describe('ssh', () => {
  test('root’s keys are beside those of the image, and those of an earlier instance go', () => {
    const image = { '/etc/ssh/authorized_keys.d/root': 'of the image\n' };
    const { host } = applyText(`ssh_authorized_keys: ["${key}"]`, { files: image });
    expect(host.readText('/etc/ssh/authorized_keys.d/root.provisioned')).toBe(`${key}\n`);
    expect(host.readText('/etc/ssh/authorized_keys.d/root')).toBe('of the image\n');
    expect(applyText('hostname: x', { host, newInstance: false }).lines('ssh')).toEqual([]);
    expect(host.readText('/etc/ssh/authorized_keys.d/root.provisioned')).toBe(`${key}\n`);
    applyText('hostname: x', { host });
    expect(host.readText('/etc/ssh/authorized_keys.d/root.provisioned')).toBeUndefined();
  });

  test('sshd is told whether passwords count', () => {
    const file = '/etc/ssh/sshd_config.d/50-user-data.conf';
    expect(applyText('ssh_pwauth: true').host.readText(file)).toContain('PasswordAuthentication yes');
    expect(applyText('ssh_pwauth: false').host.readText(file)).toBe('PasswordAuthentication no\n');
    expect(applyText('hostname: x').host.readText(file)).toBeUndefined();
  });
});
