// The three files of accounts, passwd(5), group(5) and shadow(5), as tables of fields: read, changed and written whole, since
// the image has no useradd. A line that is none of an account stays as it is.
import { AgentError, type Host } from '../../host/host.ts';
import { changeFile } from './write.ts';

type Row = string[];
export interface Accounts {
  readonly passwd: Row[];
  readonly group: Row[];
  readonly shadow: Row[];
}

const files = { passwd: 0o644, group: 0o644, shadow: 0o640 } as const;
const kinds = Object.keys(files) as (keyof Accounts)[];
const ids = { user: [1000, 59_999], system: [100, 999] } as const;

export function readAccounts(host: Host): Accounts {
  const read = (name: string) =>
    (host.readText(`/etc/${name}`) ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(':'));
  return { passwd: read('passwd'), group: read('group'), shadow: read('shadow') };
}

/** Groups first: whoever looks between two of the files finds no user of a group that is not there. */
export function saveAccounts(host: Host, accounts: Accounts): boolean {
  const order = [...kinds].sort(
    (a, b) => ['group', 'shadow', 'passwd'].indexOf(a) - ['group', 'shadow', 'passwd'].indexOf(b),
  );
  const changed = order.map((kind) => {
    const text = accounts[kind].map((row) => `${row.join(':')}\n`).join('');
    return changeFile(host, `/etc/${kind}`, text, { mode: files[kind] });
  });
  return changed.includes(true);
}

export const findRow = (rows: readonly Row[], name: string): Row | undefined =>
  rows.find((row) => row[0] === name);

/** The number of the group; made where it is not there, with the wanted number if it is free. */
export function ensureGroup(
  accounts: Accounts,
  name: string,
  { gid, system = false }: { gid?: number | undefined; system?: boolean } = {},
): number {
  const there = findRow(accounts.group, name);
  if (there) {
    if (gid !== undefined && Number(there[2]) !== gid)
      throw refuseUserData(`the group ${name} has the number ${there[2]} already`);
    return Number(there[2]);
  }
  if (gid !== undefined && isTaken(accounts.group, gid))
    throw refuseUserData(`the number ${gid} is that of another group`);
  const number = gid ?? freeNumber(accounts.group, system);
  accounts.group.push([name, 'x', String(number), '']);
  return number;
}

export function addMember(accounts: Accounts, group: string, user: string): void {
  ensureGroup(accounts, group);
  const row = findRow(accounts.group, group)!;
  const members = (row[3] ?? '').split(',').filter(Boolean);
  if (!members.includes(user)) row[3] = [...members, user].join(',');
}

/** The lowest above all that people have; of the system's the highest below. */
export function freeNumber(rows: readonly Row[], system: boolean): number {
  const [least, most] = system ? ids.system : ids.user;
  const taken = new Set(rows.map((row) => Number(row[2])));
  const all = Array.from({ length: most - least + 1 }, (_, index) => (system ? most - index : least + index));
  const free = all.find((number) => !taken.has(number));
  if (free === undefined) throw refuseUserData('no number is free');
  return free;
}

export const isTaken = (rows: readonly Row[], number: number): boolean =>
  rows.some((row) => Number(row[2]) === number);

export function refuseUserData(what: string, hint?: string): AgentError {
  return new AgentError(what, {
    code: 'user-data-refused',
    fault: 'spec',
    ...(hint !== undefined && { hint }),
  });
}
