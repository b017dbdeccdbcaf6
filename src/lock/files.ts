// The spec's `files`: read from the host and laid into a tree of their own, with a digest for each.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { stringify } from 'yaml';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import type { FileEntry, Spec } from '../specification/types.ts';
import { type Content, contentOf, readContent } from '../tree/content.ts';
import type { TreeNode } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';
import type { SpecTree } from './locked-spec.ts';

export async function readSpecFiles(spec: Spec): Promise<SpecTree> {
  const tree: Tree = new Map();
  const digests: Record<string, string> = {};
  for (const entry of [...spec.files].sort((a, b) => byName(a.path, b.path))) {
    const node = await readEntry(entry, spec);
    if (node === undefined) continue;
    tree.set(entry.path, node);
    digests[entry.path] = await digestOfNode(node);
  }
  const root = spec.update?.root;
  if (root !== undefined && !tree.has(rootPath)) {
    const node = await readUpdateRoot(root, spec);
    tree.set(rootPath, node);
    digests[rootPath] = await digestOfNode(node);
  }
  return { tree, digests };
}

/** Where the updater's trust begins. */
const rootPath = 'usr/lib/catamaran/root.json';

async function readUpdateRoot(path: string, spec: Spec): Promise<TreeNode> {
  const entry = { path: rootPath, pointer: '/update' as FileEntry['pointer'] };
  const content = await readSource(path, false, entry, spec, 'root');
  return { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, content: content! };
}

async function readEntry(entry: FileEntry, spec: Spec): Promise<TreeNode | undefined> {
  const { mode, uid, gid, content } = entry;
  const meta = { mode, uid, gid, mtime: 0 };
  switch (content.kind) {
    case 'directory':
      return { type: 'directory', ...meta };
    case 'symlink':
      return { type: 'symlink', ...meta, mode: 0o777, target: content.target };
    case 'contents':
      return { type: 'file', ...meta, content: contentOf(content.bytes ?? content.text) };
    case 'metadata': {
      const text = content.format === 'json' ? JSON.stringify(spec.document) : stringify(spec.document);
      return { type: 'file', ...meta, content: contentOf(text) };
    }
    case 'source': {
      const found = await readSource(content.path, content.optional, entry, spec);
      return found && { type: 'file', ...meta, content: found };
    }
  }
}

async function readSource(
  path: string,
  optional: boolean,
  entry: Pick<FileEntry, 'path' | 'pointer'>,
  spec: Spec,
  key = 'source',
): Promise<Content | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is no regular file');
    if (found.size > 0) return { at: 'file', path, offset: 0, size: found.size };
    // The kernel's own files, as in /proc, say that they are empty, and are not.
    return contentOf(await readFile(path));
  } catch (error) {
    if (optional) return undefined;
    throw new CatamaranError(
      'spec',
      {
        code: 'file-source-unreadable',
        message: `the source of ${entry.path} cannot be read: ${messageOf(error)}`,
        hint: 'Mend the path (it is relative to the spec), or write `optional: true` to go without it.',
        position: spec.source.positionOf(`${entry.pointer}/${key}`),
      },
      { cause: error },
    );
  }
}

async function digestOfNode(node: TreeNode): Promise<string> {
  const hash = createHash('sha256');
  const { type, mode, uid, gid } = node;
  hash.update(
    JSON.stringify({ type, mode, uid, gid, target: node.type === 'symlink' ? node.target : undefined }),
  );
  if (node.type === 'file') for await (const chunk of readContent(node.content)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
