// users, groups and the keys and passwords by which people get in. No password is ever made up: a user without one has a
// locked password, and keys count.

import type { Findings, Place } from '../../document/finding.ts';
import {
  either,
  list,
  mapping,
  oneOrMore,
  type Read,
  record,
  words,
} from '../../document/shape/collections.ts';
import { day, dayNumber, passwordHash, sshKey, userName, writablePath } from '../../document/shape/forms.ts';
import { anything, text, truth, whole } from '../../document/shape/scalars.ts';
import { about, changed, meaningless, orEmpty, type ValueOf } from '../../document/shape/shape.ts';
import { bareUser, type Draft } from '../draft.ts';
import type { Password, User } from '../machine-config.ts';
import { section } from './section.ts';

const keys = about(
  'Public keys, one for each line of authorized_keys.',
  orEmpty(oneOrMore(text(sshKey)), []),
);

const userFields = {
  name: about('Name of the user.', text(userName)),
  uid: about('Number of the user.', whole(0, 4_294_967_294)),
  gecos: about('Who it is.', text({ pattern: /^[^:\n]*$/, rule: 'a text without ":"' })),
  homedir: about('Home directory.', writablePath),
  shell: about('Login shell.', text({ pattern: /^\/[!-9;-~]{1,200}$/, rule: 'a path', example: '/bin/sh' })),
  primary_group: about('Group of the user.', text(userName)),
  groups: about(
    'Further groups.',
    either({ scalar: words(text(userName)), list: words(text(userName)), mapping: groupNames() }),
  ),
  system: about('Whether it is an account of the system.', truth),
  no_create_home: about('Whether no home directory is made.', truth),
  no_user_group: about('Whether no group of the same name is made.', truth),
  ssh_authorized_keys: keys,
  'ssh-authorized-keys': keys,
  passwd: about('Hash of the password, by crypt(5).', text(passwordHash)),
  hashed_passwd: about('Hash of the password, by crypt(5).', text(passwordHash)),
  plain_text_passwd: about('The password itself. A hash is better.', text()),
  lock_passwd: about('Whether a login by password is refused. Default: true.', truth),
  sudo: about('Lines of sudoers, without the user.', either({ scalar: sudoRule(), list: list(text()) })),
  expiredate: about('Day after which nobody logs in to the account.', text(day)),
  inactive: meaningless('passwords do not grow old here'),
  no_log_init: meaningless('logins are not counted'),
  create_groups: meaningless('groups are made where they are not there'),
  selinux_user: meaningless('there is no SELinux'),
  snapuser: meaningless('there are no snaps'),
  ssh_import_id: meaningless('keys are not fetched from others', 'Write them under ssh_authorized_keys.'),
  ssh_redirect_user: meaningless('it is for the default users of clouds'),
  doas: meaningless('there is no doas', 'Write sudo rules.'),
  'coreos-ssh-import-github': meaningless(
    'keys are not fetched from others',
    'Write them under ssh_authorized_keys.',
  ),
} as const;
const user = mapping(userFields, ['name']);

/** `sudo: false` is how some say none. */
function sudoRule() {
  const rule = text();
  return { ...rule, schema: { type: ['string', 'boolean'] } };
}

function groupNames() {
  return changed(record(orEmpty(anything, null)), (groups) => [...groups.keys()]);
}

const chpasswdUser = mapping(
  {
    name: about('Name of the user.', text(userName)),
    password: about('The password, or its hash.', text()),
    type: about(
      'What the password is: hash, text or RANDOM.',
      text({ pattern: /^(hash|text|RANDOM)$/, rule: 'hash, text or RANDOM' }),
    ),
  },
  ['name'],
);

export const users = section({
  fields: {
    users: about(
      'Users; `default` is the one of the image.',
      orEmpty(
        either({
          scalar: words(text()),
          list: list(either({ scalar: text(), mapping: user })),
          mapping: record(mapping(withoutName())),
        }),
        [],
      ),
    ),
    user: about(
      'The default user: keys and password of the machine are those of this one, and keys of root too.',
      either({ scalar: text(userName), mapping: mapping(userFields) }),
    ),
    groups: about(
      'Groups, each perhaps with its members.',
      either({
        scalar: words(text(userName)),
        list: list(either({ scalar: text(userName), mapping: groupMembers() })),
        mapping: groupMembers(),
      }),
    ),
    ssh_authorized_keys: about('Public keys of the default user.', orEmpty(oneOrMore(text(sshKey)), [])),
    password: about('Password of the default user. A key is better.', text()),
    chpasswd: about(
      'Passwords of users.',
      mapping({
        expire: about('Whether they must be changed at the first login. Default: true.', truth),
        users: about('Users and their passwords.', list(chpasswdUser)),
        list: about('NAME:PASSWORD, one on each line.', either({ scalar: text(), list: list(text()) })),
      }),
    ),
    ssh_pwauth: about('Whether sshd takes passwords.', truth),
  },
  apply(values, draft, findings) {
    for (const group of groupsOf(values.groups)) draft.addGroup({ ...group, system: false }, values.at);
    const named =
      values.users instanceof Map
        ? [...values.users].map(([name, each]) => ({ ...each, name }))
        : (values.users ?? []);
    const keys = (values.ssh_authorized_keys ?? []).map((key) => key.trim());
    const main = typeof values.user === 'string' ? values.user : (values.user?.name ?? 'default');
    for (const each of [...named, ...(values.user === undefined ? [] : [values.user])]) {
      const sshKeys = each === values.user ? keys : [];
      if (typeof each === 'string') {
        if (each !== 'default') draft.addUser({ ...bareUser, name: each, sshKeys }, values.at);
      } else if (each.name !== undefined) {
        const user = userOf(each as Read<typeof userFields> & { name: string }, findings);
        draft.addUser({ ...user, sshKeys: [...user.sshKeys, ...sshKeys] }, each.at);
      }
    }
    for (const key of keys) draft.sshKeys.add(key);
    if (values.ssh_pwauth !== undefined) draft.set('sshPasswords', values.ssh_pwauth, values.at);
    if (values.password !== undefined)
      draft.changeUser(main, {
        password: passwordOf(values.password, values.chpasswd?.expire),
        locked: false,
      });
    if (values.chpasswd) changePasswords(values.chpasswd, values.chpasswd.at, draft, findings);
  },
});

function withoutName() {
  const { name, ...fields } = userFields;
  return fields;
}

function groupMembers() {
  return record(orEmpty(words(text(userName)), []));
}

type Members = ReadonlyMap<string, readonly string[]>;
type Groups = Members | readonly (string | Members)[] | undefined;

function groupsOf(groups: Groups): { name: string; members: readonly string[] }[] {
  if (groups === undefined) return [];
  const all =
    groups instanceof Map
      ? [groups]
      : (groups as readonly (string | ReadonlyMap<string, readonly string[]>)[]);
  return all.flatMap((each) =>
    typeof each === 'string'
      ? [{ name: each, members: [] }]
      : [...each].map(([name, members]) => ({ name, members })),
  );
}

function userOf(read: Read<typeof userFields> & { readonly name: string }, findings: Findings): User {
  const { name, uid, gecos, homedir, shell, primary_group, groups = [], system, at } = read;
  const hash = read.hashed_passwd ?? read.passwd;
  const plain = read.plain_text_passwd;
  if (hash !== undefined && plain !== undefined)
    findings.error(at, 'has a hash and a password as well: the hash counts', 'Remove plain_text_passwd.');
  const password =
    hash !== undefined
      ? ({ kind: 'hash', value: hash } as const)
      : plain !== undefined
        ? ({ kind: 'plain', value: plain } as const)
        : undefined;
  const sudo = typeof read.sudo === 'string' ? [read.sudo] : (read.sudo ?? []);
  const keysOf = [...(read.ssh_authorized_keys ?? []), ...(read['ssh-authorized-keys'] ?? [])];
  return {
    name,
    ...(uid !== undefined && { uid }),
    ...(gecos !== undefined && { comment: gecos }),
    ...(homedir !== undefined && { home: homedir }),
    ...(shell !== undefined && { shell }),
    ...(primary_group !== undefined && { primaryGroup: primary_group }),
    groups,
    system: system ?? false,
    makeHome: !(read.no_create_home ?? false),
    makeGroup: !(read.no_user_group ?? false),
    sshKeys: keysOf.map((key) => key.trim()),
    ...(password && { password }),
    locked: read.lock_passwd ?? true,
    ...(read.expiredate !== undefined && { expires: dayNumber(read.expiredate) }),
    sudo: sudo.filter((rule) => !/^(false|no|off)$/i.test(rule)),
  };
}

/** What begins as a hash does is one. */
function passwordOf(text: string, expire = true): Password {
  if (/^(R|RANDOM)$/.test(text)) return { kind: 'random', expire };
  return passwordHash.pattern.test(text) && text.startsWith('$')
    ? { kind: 'hash', value: text }
    : { kind: 'plain', value: text, expire };
}

type Chpasswd = ValueOf<(typeof users)['fields']['chpasswd']>;

function changePasswords(
  { expire, users = [], list: lines }: Chpasswd,
  at: Place,
  draft: Draft,
  findings: Findings,
): void {
  for (const { name, password, type = 'hash' } of users) {
    if (name === undefined) continue;
    if (type !== 'RANDOM' && password === undefined)
      findings.error(at, `has no password for ${name}`, 'Add password, or type: RANDOM.');
    else if (type === 'RANDOM')
      draft.changeUser(name, { password: { kind: 'random', expire: expire ?? true }, locked: false });
    else if (type === 'text')
      draft.changeUser(name, {
        password: { kind: 'plain', value: password!, expire: expire ?? true },
        locked: false,
      });
    else draft.changeUser(name, { password: { kind: 'hash', value: password! }, locked: false });
  }
  for (const line of typeof lines === 'string' ? lines.split('\n') : (lines ?? [])) {
    const [, name, password] = /^\s*([A-Za-z_][A-Za-z0-9_.-]{0,31}):(.+?)\s*$/.exec(line) ?? [];
    if (name !== undefined)
      draft.changeUser(name, { password: passwordOf(password!, expire), locked: false });
    else if (line.trim() !== '')
      findings.error(at, 'has a line that is not NAME:PASSWORD', 'Write one user on each line.');
  }
}
