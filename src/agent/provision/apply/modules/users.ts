// users: their accounts, homes, keys and passwords. One that is in the image already is changed in what is said of it. There
// is no default password: a user without one has none, and gets in by key.
import type { User } from '../../../../contract/user-data/machine-config.ts';
import type { Host } from '../../../host/host.ts';
import {
  type Accounts,
  addMember,
  ensureGroup,
  findRow,
  freeNumber,
  isTaken,
  readAccounts,
  refuseUserData,
  saveAccounts,
} from '../accounts.ts';
import { putAuthorizedKeys } from '../authorized-keys.ts';
import type { Module, Report } from '../module.ts';
import { hashPassword, randomPassword, tellOnConsole } from '../passwords.ts';
import { requirePath } from '../places.ts';
import { changeFile, script } from '../write.ts';

export const users: Module = {
  name: 'users',
  summary:
    '`users`, `user`, `chpasswd`, `password`: accounts, homes, keys and passwords; a random password is told on the console alone; one that must be changed is, with component:passwd',
  pass: 'local',
  when: 'instance',
  inEtc: true,
  apply({ host, config, report }) {
    for (const each of config.users) {
      const user = each.name === 'default' ? { ...each, name: 'root' } : each;
      const made = report.attempt(`the user ${user.name}`, () => makeUser(host, user, report));
      if (made) sayWhatIsLeftOut(host, user, report);
    }
  },
};

/** Fields of shadow(5). A last change of 0: another password has to be set before anything else. */
const [lastChange, lastDay] = [2, 7];
const expires = (password: User['password']) =>
  password !== undefined && 'expire' in password && password.expire === true;
/** Set-user-id root, or nobody but root could. BusyBox's login never asks for another password. */
const canChangePasswords = (host: Host) => host.run(['test', '-u', '/usr/bin/passwd']).status === 0;

function makeUser(host: Host, user: User, report: Report): boolean {
  const accounts = readAccounts(host);
  const isNew = findRow(accounts.passwd, user.name) === undefined;
  const [, , uid = '', gid = '', , home = ''] = isNew ? addUser(accounts, user) : changeUser(accounts, user);
  const wanted = user.shell;
  const row = findRow(accounts.passwd, user.name)!;
  if (wanted !== undefined) row[6] = isProgram(host, wanted) ? wanted : '/bin/sh';
  for (const group of user.groups) addMember(accounts, group, user.name);
  const told = setPassword(host, accounts, user);
  const shadow = findRow(accounts.shadow, user.name)!;
  if (user.expires !== undefined) shadow[lastDay] = String(user.expires);
  if (expires(user.password) && canChangePasswords(host)) shadow[lastChange] = '0';
  let changed = saveAccounts(host, accounts);
  if (user.makeHome && home !== '' && user.name !== 'root')
    changed = makeHome(host, requirePath(home), `${uid}:${gid}`) || changed;
  // Those of root come from several places: modules/ssh.ts has them all.
  if (user.sshKeys.length > 0 && user.name !== 'root')
    changed = putAuthorizedKeys(host, user.name, user.sshKeys) || changed;
  if (user.sudo.length > 0 && isProgram(host, '/usr/bin/sudo')) {
    const lines = user.sudo.map((rule) => `${user.name} ${rule}\n`).join('');
    changed = changeFile(host, `/etc/sudoers.d/90-${user.name}`, lines, { mode: 0o440 }) || changed;
  }
  if (told !== undefined && !tellOnConsole(host, user.name, told))
    report.failed(`the random password of ${user.name} could not be told: there is no console`);
  return changed;
}

function addUser(accounts: Accounts, { name, uid, comment = '', home, system, ...user }: User): string[] {
  if (uid !== undefined && isTaken(accounts.passwd, uid))
    throw refuseUserData(`the number ${uid} is that of another user`);
  const number = uid ?? freeNumber(accounts.passwd, system);
  const wanted = isTaken(accounts.group, number) ? undefined : number;
  const gid =
    user.primaryGroup !== undefined
      ? ensureGroup(accounts, user.primaryGroup)
      : user.makeGroup
        ? ensureGroup(accounts, name, { gid: findRow(accounts.group, name) ? undefined : wanted, system })
        : ensureGroup(accounts, 'users');
  const place = home ?? (system ? '/nonexistent' : `/home/${name}`);
  const row = [
    name,
    'x',
    String(number),
    String(gid),
    comment,
    system && home === undefined ? '' : place,
    '/bin/sh',
  ];
  accounts.passwd.push(row);
  return row;
}

function changeUser(accounts: Accounts, { name, uid, comment, home, primaryGroup }: User): string[] {
  const row = findRow(accounts.passwd, name)!;
  if (uid !== undefined && Number(row[2]) !== uid)
    throw refuseUserData(`it has the number ${row[2]} already`, 'Leave uid out, or take another name.');
  if (primaryGroup !== undefined) row[3] = String(ensureGroup(accounts, primaryGroup));
  if (comment !== undefined) row[4] = comment;
  if (home !== undefined) row[5] = home;
  return row;
}

/** `*` before a hash, and not `!`, which sshd takes for an account that is locked for keys too. */
function setPassword(host: Host, accounts: Accounts, { name, password, locked }: User): string | undefined {
  const there = findRow(accounts.shadow, name);
  const row = there ?? [name, '*', '', '', '', '', '', '', ''];
  if (!there) accounts.shadow.push(row);
  if (password === undefined) {
    // What the image has of a password stays, unless it is none at all.
    if (row[1] === '') row[1] = '*';
    return undefined;
  }
  const plain = password.kind === 'random' ? randomPassword(host) : password.value;
  const hash = password.kind === 'hash' ? plain : hashPassword(host, plain);
  row[1] = locked ? `*${hash.replace(/^[*!]+/, '')}` : hash;
  return password.kind === 'random' ? plain : undefined;
}

/** One that is there already stays as it is. */
const homeScript = `[ ! -d "$1" ] || exit 0
mkdir -p "\${1%/*}" && mkdir -m 0700 "$1" && chown "$2" "$1" && echo made`;

function makeHome(host: Host, home: string, owner: string): boolean {
  return script(host, homeScript, home, owner).includes('made');
}

function sayWhatIsLeftOut(
  host: Host,
  { name, shell, sudo, password, expires: end }: User,
  report: Report,
): void {
  if (shell !== undefined && !isProgram(host, shell))
    report.ignored(`the shell ${shell} of ${name} is not in the image: it gets /bin/sh`);
  if (sudo.length > 0 && !isProgram(host, '/usr/bin/sudo'))
    report.ignored(`the sudo rules of ${name}: the image has no sudo; log in as root by key`);
  if (end !== undefined && password !== undefined && !canChangePasswords(host))
    report.ignored(
      `the last day of ${name} at the console, which lets in by password: add component:passwd to init`,
    );
  if (expires(password) && !canChangePasswords(host))
    report.ignored(
      `that the password of ${name} must be changed at the first login: nobody would ask for another one; add component:passwd to init`,
    );
}

const isProgram = (host: Host, path: string): boolean => host.run(['test', '-x', path]).status === 0;
