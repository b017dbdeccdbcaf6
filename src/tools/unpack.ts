// From the packages' trees to one directory on the host's disk. Ownership, times, devices and set-id bits are
// left behind: these files are only ever run by the user who built.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { CatamaranError } from '../base/errors.ts';
import { eachLimited } from '../store/each-limited.ts';
import { contentBytes, readContent, sizeOf } from '../tree/content.ts';
import type { FileNode, TreeNode } from '../tree/node.ts';
import { addParents, directory, parentOf, type ReadonlyTree, type Tree, walk } from '../tree/tree.ts';

/** Bump when the same packages would be laid out in another way. */
export const layoutVersion = 1;

/** No tool reads these: they are three quarters of the files. */
const unread =
  /^(var|usr\/share\/(bash-completion|bug|doc|doc-base|fish|gcc|gdb|info|lintian|locale|man|perl5|zsh)|usr\/lib\/(systemd|udev|sysusers\.d|tmpfiles\.d))(\/|$)/;

/** Bin, sbin and lib are links into usr, as in a Debian system; some packages still ship their files by the old names. */
const merged = ['bin', 'sbin', 'lib', 'lib64'];

export interface NamedTree {
  readonly name: string;
  readonly tree: ReadonlyTree;
}

/** One tree of what the tools need. Two packages with one path: fault 'environment', naming both. */
export function mergeForTools(sources: readonly NamedTree[]): Tree {
  const result: Tree = new Map();
  const origin = new Map<string, string>();
  for (const { name, tree } of sources) {
    for (const [original, node] of walk(tree)) {
      const path = underUsr(original);
      if (path === '' || merged.includes(path) || unread.test(path) || !isKept(node)) continue;
      const present = result.get(path);
      if (present?.type === 'directory' && node.type === 'directory') continue;
      if (present !== undefined) throw conflict(path, origin.get(path)!, name);
      result.set(path, node);
      origin.set(path, name);
    }
  }
  for (const path of merged) result.set(path, { ...directory(), type: 'symlink', target: `usr/${path}` });
  for (const path of [...result.keys()]) addParents(result, path);
  return result;
}

/** Writes `tree` below `target`, which is empty. Symlinks become relative and stay inside. */
export async function writeTree(tree: ReadonlyTree, target: string): Promise<void> {
  const nodes = walk(tree);
  for (const [path, node] of nodes) {
    const parent = parentOf(path);
    if (parent !== '' && tree.get(parent)?.type !== 'directory')
      throw conflict(path, parent, 'a path below it');
    if (node.type === 'directory') await mkdir(join(target, path), { mode: 0o755 });
  }
  const write = async ([path, node]: [string, TreeNode]) => {
    if (node.type === 'file') await writeFileNode(node, join(target, path));
    if (node.type === 'symlink') await symlink(inside(path, node.target), join(target, path));
  };
  await eachLimited(nodes, write, { parallel: 16 });
}

async function writeFileNode(node: FileNode, path: string): Promise<void> {
  const mode = node.mode & 0o100 ? 0o755 : 0o644;
  const content =
    sizeOf(node.content) < 1 << 20 ? await contentBytes(node.content) : readContent(node.content);
  await writeFile(path, content, { mode, flag: 'wx' });
}

function underUsr(path: string): string {
  return /^(bin|sbin|lib|lib64)\//.test(path) ? `usr/${path}` : path;
}

function isKept(node: TreeNode): boolean {
  return node.type === 'file' || node.type === 'directory' || node.type === 'symlink';
}

/** The target as a process would see it that has the tools' root as its root. */
function inside(path: string, target: string): string {
  return posix.relative(posix.join('/', parentOf(path)), posix.resolve('/', parentOf(path), target)) || '.';
}

function conflict(path: string, first: string, second: string): CatamaranError {
  return new CatamaranError('environment', {
    code: 'tools-conflict',
    message: `the tools' packages disagree about ${path}: ${first} and ${second}`,
    hint: 'Put one of them under "without" in the tools\' component.yml.',
  });
}
