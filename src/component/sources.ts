// A component's own inputs, all read: its definition and the files of its directory, as one tree with a digest for each
// path. What the packages bring comes later and from elsewhere.

import { readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { asJson } from '../base/json.ts';
import { byName } from '../base/order.ts';
import { digestOf } from '../store/digest-of.ts';
import { bytesOfName, nameOfBytes } from '../tree/byte-name.ts';
import { type Content, contentOf } from '../tree/content.ts';
import { digestContent } from '../tree/digest-tree.ts';
import type { TreeNode } from '../tree/node.ts';
import { type ReadonlyTree, rootOwned, symlink, type Tree } from '../tree/tree.ts';
import type { NamedProgram } from './closure/taken.ts';
import { type ComponentDefinition, readComponent } from './definition.ts';

export interface ComponentSources {
  readonly definition: ComponentDefinition;
  /** Files, directories and links that the component lays over its packages. */
  readonly tree: ReadonlyTree;
  /** Name → digest or value: all of it, for the content key of the image. */
  readonly inputs: Readonly<Record<string, string>>;
}

export async function readSources(directory: string): Promise<ComponentSources> {
  const definition = await readComponent(directory);
  const tree: Tree = new Map();
  if (definition.tree) await readOverlay(definition.tree, '', tree);
  for (const { path, mode, uid, gid } of definition.directories) {
    tree.set(path, { type: 'directory', mode, uid, gid, mtime: 0 });
  }
  for (const { path, mode, uid, gid, content } of definition.files) {
    const bytes = content.kind === 'contents' ? contentOf(content.text) : await hostFile(content.path);
    tree.set(path, { type: 'file', mode, uid, gid, mtime: 0, content: bytes });
  }
  for (const { path, target } of definition.symlinks) tree.set(path, symlink(target));
  return { definition, tree, inputs: await describeInputs(definition, tree) };
}

async function describeInputs(
  definition: ComponentDefinition,
  tree: ReadonlyTree,
): Promise<Record<string, string>> {
  const {
    include = null,
    exclude,
    without,
    programs,
    plugins,
    users,
    groups,
    generate,
    modules,
    config,
    runtime = {},
  } = definition;
  const pathsOf = (wanted: readonly NamedProgram[]) => wanted.map(({ path }) => path);
  const selection = {
    include,
    exclude,
    without,
    programs: pathsOf(programs),
    plugins: pathsOf(plugins),
  };
  const inputs: Record<string, string> = {
    selection: digestOf(selection),
    accounts: digestOf(asJson({ users, groups })),
    generate: generate.join(' '),
    modules: modules.join(' '),
    config: digestOf({ ...config, env: Object.fromEntries(config.env) }),
    runtime: digestOf(asJson(runtime)),
  };
  for (const path of [...tree.keys()].sort(byName))
    inputs[`file ${path}`] = await describeNode(tree.get(path)!);
  return inputs;
}

async function describeNode(node: TreeNode): Promise<string> {
  const meta = `${node.type} ${node.mode.toString(8)} ${node.uid}:${node.gid}`;
  if (node.type === 'symlink') return `${meta} ${node.target}`;
  return node.type === 'file' ? `${meta} ${await digestContent(node.content)}` : meta;
}

/** Everything below `directory`; modes 0755 and 0644 only, so that a checkout's umask does not matter. */
async function readOverlay(directory: string, prefix: string, tree: Tree): Promise<void> {
  const there = bytesOfName(join(directory, prefix));
  const entries = await readdir(there, { withFileTypes: true, encoding: 'buffer' }).catch((cause) => {
    throw unreadable(join(directory, prefix), cause);
  });
  const named = entries.map((entry) => [nameOfBytes(entry.name), entry] as const);
  for (const [name, entry] of named.sort(([a], [b]) => byName(a, b))) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const host = bytesOfName(join(directory, path));
    if (entry.isDirectory()) {
      tree.set(path, { type: 'directory', mode: 0o755, ...rootOwned });
      await readOverlay(directory, path, tree);
    } else if (entry.isSymbolicLink()) {
      tree.set(path, symlink(nameOfBytes(await readlink(host, 'buffer'))));
    } else {
      const executable = ((await stat(host)).mode & 0o100) !== 0;
      tree.set(path, {
        type: 'file',
        mode: executable ? 0o755 : 0o644,
        ...rootOwned,
        content: await hostFile(join(directory, path)),
      });
    }
  }
}

async function hostFile(path: string): Promise<Content> {
  try {
    const found = await stat(bytesOfName(path));
    if (!found.isFile()) throw new Error('it is no regular file');
    return { at: 'file', path, offset: 0, size: found.size };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): CatamaranError {
  return new CatamaranError(
    'spec',
    {
      code: 'component-file-unreadable',
      message: `a file of the component cannot be read: ${path}: ${messageOf(cause)}`,
      hint: 'Mend the path in component.yml (it is relative to the component), or restore the file.',
    },
    { cause },
  );
}
