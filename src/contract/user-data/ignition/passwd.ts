// Ignition's `passwd`: users and groups.

import { list } from '../../document/shape/collections.ts';
import { passwordHash, sshKey, userName } from '../../document/shape/forms.ts';
import { text, truth, whole } from '../../document/shape/scalars.ts';
import { about, meaningless } from '../../document/shape/shape.ts';
import type { Draft } from '../draft.ts';
import { object } from './object.ts';

const name = about('Name.', text(userName));
const userFields = {
  name,
  passwordHash: about(
    'Hash of the password, by crypt(5).',
    text({ ...passwordHash, pattern: /^$|^(\$[0-9a-z]{1,4}\$[^\s:]{8,400}|[*!]{1,2}|[./0-9A-Za-z]{13})$/ }),
  ),
  sshAuthorizedKeys: about('Public keys.', list(text(sshKey))),
  uid: about('Number.', whole(0, 4_294_967_294)),
  gecos: about('Who it is.', text({ pattern: /^[^:\n]*$/, rule: 'a text without ":"' })),
  homeDir: about('Home directory.', text({ pattern: /^\/[^\n:]{1,500}$/, rule: 'a path' })),
  noCreateHome: about('Whether no home directory is made.', truth),
  primaryGroup: about('Group.', text()),
  groups: about('Further groups.', list(text(userName))),
  noUserGroup: about('Whether no group of the same name is made.', truth),
  noLogInit: meaningless('logins are not counted'),
  shell: about('Login shell.', text()),
  shouldExist: about('Whether it is to be there.', truth),
  system: about('Whether it is an account of the system.', truth),
} as const;

const groupFields = {
  name,
  gid: about('Number.', whole(0, 4_294_967_294)),
  passwordHash: meaningless('groups have no passwords'),
  shouldExist: about('Whether it is to be there.', truth),
  system: about('Whether it is a group of the system.', truth),
} as const;

export const passwd = object({
  users: about('Users.', list(object(userFields, ['name']))),
  groups: about('Groups.', list(object(groupFields, ['name']))),
});

export function applyPasswd(
  { users = [], groups = [] }: NonNullable<ReturnType<typeof passwd.read>>,
  draft: Draft,
): void {
  for (const { name = '', gid, system = false, shouldExist, at } of groups)
    if (shouldExist !== false)
      draft.addGroup({ name, ...(gid !== undefined && { gid }), members: [], system }, at);
  for (const read of users) {
    const { name = '', uid, gecos, homeDir, shell, primaryGroup, passwordHash: hash, at } = read;
    if (read.shouldExist === false) continue;
    const user = {
      name,
      ...(uid !== undefined && { uid }),
      ...(gecos !== undefined && { comment: gecos }),
      ...(homeDir !== undefined && { home: homeDir }),
      ...(shell !== undefined && { shell }),
      ...(primaryGroup !== undefined && { primaryGroup }),
      groups: read.groups ?? [],
      system: read.system ?? false,
      makeHome: !(read.noCreateHome ?? false),
      makeGroup: !(read.noUserGroup ?? false),
      sshKeys: read.sshAuthorizedKeys ?? [],
      ...(hash && { password: { kind: 'hash', value: hash } as const }),
      locked: !hash,
      sudo: [],
    };
    draft.addUser(user, at);
  }
}
