// tree → a directory of the host, for the host tools only. Whatever the tree says, nothing is written outside of that
// directory: it begins empty, every parent is a directory that was made here, and nothing that exists is opened.
import { chmod, type FileHandle, link, mkdir, open, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { bytesOfName } from './byte-name.ts';
import { type Contents, openContents } from './content.ts';
import type { FileNode } from './node.ts';
import { parentOf, type ReadonlyTree, type TreePath, walk } from './tree.ts';

/** `directory` must be empty or not there. Modes are the tree's, without set-id bits; owners and times are not kept. */
export async function extractTree(tree: ReadonlyTree, directory: string): Promise<void> {
  const contents = openContents();
  try {
    await extractInto(tree, directory, contents);
  } catch (thrown) {
    if (thrown instanceof CatamaranError) throw thrown;
    throw new CatamaranError(
      'environment',
      {
        code: 'extract-failed',
        message: `cannot unpack into ${directory}: ${messageOf(thrown)}`,
        hint: 'Make sure that there is space, and that this user may write there.',
      },
      { cause: thrown },
    );
  } finally {
    await contents.close();
  }
}

async function extractInto(tree: ReadonlyTree, directory: string, contents: Contents): Promise<void> {
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0) throw new Error('it is not empty');
  const made = new Set<TreePath>(['']);
  const files = new Map<FileNode, Buffer>();
  const placeOf = (path: TreePath) => bytesOfName(join(directory, path));

  async function makeParents(path: TreePath): Promise<void> {
    const parent = parentOf(path);
    if (made.has(parent)) return;
    if (tree.has(parent)) throw refused(path, `lies below ${JSON.stringify(parent)}, which is no directory`);
    await makeParents(parent);
    await makeDirectory(parent);
  }
  async function makeDirectory(path: TreePath): Promise<void> {
    if (path !== '') await mkdir(placeOf(path));
    made.add(path);
  }

  const nodes = walk(tree);
  for (const [path, node] of nodes) {
    if (path.split('/').some((part) => part === '..' || part === '.'))
      throw refused(path, 'is no clean path');
    await makeParents(path);
    const place = placeOf(path);
    if (node.type === 'directory') await makeDirectory(path);
    else if (node.type === 'symlink') await symlink(bytesOfName(node.target), place);
    else if (node.type !== 'file') throw refused(path, `is a ${node.type}`);
    else if (files.has(node)) await link(files.get(node)!, place);
    else {
      await writeFile(place, node, contents);
      files.set(node, place);
    }
  }
  // Last, and the deepest first: a directory may forbid writing to its owner.
  for (const [path, node] of nodes.reverse()) {
    if (node.type === 'directory') await chmod(placeOf(path), node.mode & 0o777);
  }
}

async function writeFile(place: Buffer, node: FileNode, contents: Contents): Promise<void> {
  const file: FileHandle = await open(place, 'wx', 0o600);
  try {
    for await (const chunk of contents.read(node.content)) await file.writeFile(chunk);
    await file.chmod(node.mode & 0o777);
  } finally {
    await file.close();
  }
}

function refused(path: TreePath, why: string): CatamaranError {
  return new CatamaranError('integrity', {
    code: 'extract-refused',
    message: `${JSON.stringify(path)} ${why}, and is not unpacked on this machine`,
    hint: 'Leave it out of the tools by an exclude glob.',
  });
}
