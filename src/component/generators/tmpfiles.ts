// What usr/lib/tmpfiles.d of the packages makes (tmpfiles.d(5)): directories, links and small files below /var, /run, /srv and
// /etc. systemd-tmpfiles would make them at each boot; here they are in the image, and init makes those of the data
// partition and of /run from there. Lines that clean, adjust or need to know the machine are none of ours.
import { CatamaranError } from '../../base/errors.ts';
import { parseMode } from '../../document/scalars.ts';
import type { TreeNode } from '../../tree/node.ts';
import { addParents, directory, file, type ReadonlyTree, symlink, type Tree } from '../../tree/tree.ts';
import { accountLines } from '../accounts.ts';
import { type ConfigurationLine, configurationLines } from './configuration.ts';
import type { GeneratorContext, GeneratorPackages } from './generator.ts';
import { debianNumbers } from './sysusers.ts';

export async function generateTmpfiles(
  tree: Tree,
  _: GeneratorContext,
  { shipped }: GeneratorPackages,
): Promise<void> {
  const lines = await configurationLines([tree, ...shipped.map((each) => each.tree)], 'tmpfiles.d');
  const [users, groups] = [await numbersIn(tree, 'etc/passwd'), await numbersIn(tree, 'etc/group')];
  for (const line of lines) {
    const entry = readEntry(line, users, groups);
    if (entry === undefined || tree.has(entry.path)) continue;
    tree.set(entry.path, entry.node);
    addParents(tree, entry.path);
  }
}

type Numbers = ReadonlyMap<string, number>;

function readEntry(
  { words, place }: ConfigurationLine,
  users: Numbers,
  groups: Numbers,
): { path: string; node: TreeNode } | undefined {
  const [type = '', written = '', mode = '-', user = '-', group = '-', , ...rest] = words;
  const kind = /^([dDvqQfL])[+!=^$-]*$/.exec(type)?.[1];
  const argument = rest.join(' ');
  const path = written.replace(/^\/var\/run\//, '/run/').replace(/^\/+|\/+$/g, '');
  // A specifier stands for something of the machine's.
  if (kind === undefined || `${written}${argument}`.includes('%')) return undefined;
  if (!/^(var|run|srv|etc)\/./.test(path) || /(^|\/)\.\.?(\/|$)/.test(path)) return undefined;
  if (kind === 'L') return argument === '' ? undefined : { path, node: symlink(argument) };
  const owner = { uid: ownerOf(user, users, place), gid: ownerOf(group, groups, place) };
  const bits = /^[~:]*(\d{3,4})$/.exec(mode)?.[1];
  const node = kind === 'f' ? file(argument === '' ? '' : unescaped(argument), 0o644) : directory(0o755);
  return { path, node: { ...node, ...owner, ...(bits === undefined ? {} : { mode: parseMode(bits) }) } };
}

const unescaped = (text: string): string =>
  text.replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\\\/g, '\\');

function ownerOf(written: string, numbers: Numbers, place: string): number {
  const name = written.replace(/^:/, '');
  if (name === '-') return 0;
  if (/^\d{1,9}$/.test(name)) return Number(name);
  const number = numbers.get(name) ?? debianNumbers[name];
  if (number !== undefined) return number;
  throw new CatamaranError('spec', {
    code: 'generator-tmpfiles',
    message: `tmpfiles cannot make what ${place} says: nobody is named ${JSON.stringify(name)}`,
    hint: 'Add sysusers to `generate`, or the account to `users` and `groups`.',
  });
}

/** passwd(5) and group(5) have the number in the same place. */
async function numbersIn(tree: ReadonlyTree, path: 'etc/passwd' | 'etc/group'): Promise<Numbers> {
  const lines = await accountLines(tree, path);
  return new Map(
    lines.map((line) => {
      const [name = '', , number] = line.split(':');
      return [name, Number(number)];
    }),
  );
}
