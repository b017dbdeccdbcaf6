// Users and groups as data to the files that say them: /etc/passwd, /etc/group and /etc/shadow (passwd(5), group(5),
// shadow(5)). No account has a password; what the packages ship of these files is kept, and names are not doubled.
import { contentBytes } from '../tree/content.ts';
import { addParents, file, type ReadonlyTree, type Tree } from '../tree/tree.ts';
import type { ComponentDefinition } from './definition.ts';

export const accountFiles = {
  'etc/passwd': 0o644,
  'etc/group': 0o644,
  'etc/shadow': 0o640,
  'etc/gshadow': 0o640,
} as const;
export type AccountFile = keyof typeof accountFiles;

export async function writeAccounts(
  tree: Tree,
  { users, groups }: Pick<ComponentDefinition, 'users' | 'groups'>,
): Promise<void> {
  if (users.length === 0 && groups.length === 0) return;
  await addLines(
    tree,
    'etc/passwd',
    users.map(
      ({ name, uid, gid, gecos, home, shell }) => `${name}:x:${uid}:${gid}:${gecos}:${home}:${shell}`,
    ),
  );
  await addLines(
    tree,
    'etc/shadow',
    users.map(({ name }) => `${name}:*:::::::`),
  );
  await addLines(
    tree,
    'etc/group',
    groups.map(({ name, gid, members }) => `${name}:x:${gid}:${members.join(',')}`),
  );
}

async function addLines(tree: Tree, path: AccountFile, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  const all = mergeAccountLines([await accountLines(tree, path), lines]);
  addParents(tree, path);
  tree.set(path, file(`${all.join('\n')}\n`, accountFiles[path]));
}

export async function accountLines(tree: ReadonlyTree, path: AccountFile): Promise<string[]> {
  const node = tree.get(path);
  if (node?.type !== 'file') return [];
  return Buffer.from(await contentBytes(node.content))
    .toString('utf8')
    .split('\n')
    .filter(Boolean);
}

/** One line for each name, in the order of first appearance; a later line of the same name takes its place. */
export function mergeAccountLines(lists: readonly (readonly string[])[]): string[] {
  const lines = new Map<string, string>();
  for (const line of lists.flat()) lines.set(line.split(':', 1)[0]!, line);
  return [...lines.values()];
}
