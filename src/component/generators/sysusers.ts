// The users and groups that usr/lib/sysusers.d of the packages asks for (sysusers.d(5)). systemd-sysusers would count down
// from 999, so that a number depends on what else is installed, and files on the data partition would change hands with an
// update. Here a name that asks for no number has one of its own, the same in every component and every version.
import { createHash } from 'node:crypto';
import type { Tree } from '../../tree/tree.ts';
import { writeAccounts } from '../accounts.ts';
import type { ComponentGroup, ComponentUser } from '../definition.ts';
import { type ConfigurationLine, configurationLines } from './configuration.ts';
import type { GeneratorContext, GeneratorPackages } from './generator.ts';

/** Above what people and Debian's own get, below what systemd and user namespaces take (systemd, "Users and Groups"). */
const first = 30_000;
const count = 29_000;

export async function generateSysusers(
  tree: Tree,
  _: GeneratorContext,
  { shipped }: GeneratorPackages,
): Promise<void> {
  const trees = [tree, ...shipped.map((each) => each.tree)];
  await writeAccounts(tree, readSysusers(await configurationLines(trees, 'sysusers.d')));
}

export function readSysusers(lines: readonly ConfigurationLine[]): {
  users: ComponentUser[];
  groups: ComponentGroup[];
} {
  const users = new Map<string, ComponentUser>();
  const gids = new Map<string, number>();
  const members = new Map<string, Set<string>>();
  const addGroup = (name: string, gid: number) => {
    if (!gids.has(name)) gids.set(name, gid);
  };
  for (const { words } of lines) {
    const [type = '', name = '', id = '-', third = '-', fourth = '-', fifth = '-'] = words;
    if (!/^[a-zA-Z_][\w.-]{0,31}$/.test(name)) continue;
    if (type === 'g') addGroup(name, numberOf(id) ?? accountNumber(name));
    else if (/^u!?$/.test(type)) {
      const [own = '-', group] = id.split(':') as [string?, string?];
      const uid = numberOf(own) ?? accountNumber(name);
      const gid =
        group === undefined
          ? (gids.get(name) ?? uid)
          : (numberOf(group) ?? gids.get(group) ?? accountNumber(group));
      if (group === undefined) addGroup(name, gid);
      else if (numberOf(group) === undefined) addGroup(group, gid);
      const [gecos, home, shell] = [third, fourth, fifth].map((word) =>
        word === '-' ? undefined : plain(word),
      );
      if (!users.has(name))
        users.set(name, {
          name,
          uid,
          gid,
          gecos: gecos ?? '',
          home: home ?? '/',
          shell: shell ?? '/usr/sbin/nologin',
        });
    } else if (type === 'm') {
      addGroup(id, accountNumber(id));
      members.set(id, (members.get(id) ?? new Set()).add(name));
    }
  }
  const groups = [...gids].map(([name, gid]) => ({ name, gid, members: [...(members.get(name) ?? [])] }));
  return { users: [...users.values()], groups };
}

const numberOf = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

/** passwd(5) knows no escapes. */
const plain = (word: string): string => word.replace(/[:\n]/g, ' ');

/** Debian's own where it has one, else by the name alone. */
export function accountNumber(name: string): number {
  return debianNumbers[name] ?? first + (createHash('sha256').update(name).digest().readUInt32BE(0) % count);
}

/** Of base-passwd's users and groups, which have the same numbers on every Debian; `shadow` and its like are groups. */
export const debianNumbers: Readonly<Record<string, number>> = {
  // biome-ignore format: a table
  root: 0,
  daemon: 1,
  bin: 2,
  sys: 3,
  adm: 4,
  tty: 5,
  disk: 6,
  lp: 7,
  mail: 8,
  news: 9,
  uucp: 10,
  man: 12,
  proxy: 13,
  kmem: 15,
  dialout: 20,
  fax: 21,
  voice: 22,
  cdrom: 24,
  floppy: 25,
  tape: 26,
  sudo: 27,
  audio: 29,
  dip: 30,
  'www-data': 33,
  backup: 34,
  operator: 37,
  list: 38,
  irc: 39,
  src: 40,
  shadow: 42,
  utmp: 43,
  video: 44,
  sasl: 45,
  plugdev: 46,
  staff: 50,
  users: 100,
  nogroup: 65534,
  nobody: 65534,
};
