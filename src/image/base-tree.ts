// The tree of the base segment: the init images, os-release, the containers' bundles, the index of the other segments,
// and over them the spec's files. Two sources for one path are an error that names both; a file of the spec may take
// the place of a file, as its author plainly means.
import { byName } from '../base/order.ts';
import { type AccountFile, accountFiles, accountLines, mergeAccountLines } from '../component/accounts.ts';
import { type Health, healthPath, writeHealth } from '../contract/health.ts';
import {
  type MadeDirectory,
  madeDirectoriesPath,
  writeMadeDirectories,
} from '../contract/made-directories.ts';
import { modulesLoadPath, writeModulesLoad } from '../contract/modules-load.ts';
import { imageNetworkPath, writeNetwork } from '../contract/network/document.ts';
import type { Network } from '../contract/network.ts';
import { type IndexedSegment, segmentsPath, writeSegments } from '../contract/segments.ts';
import { type Update, updatePath, writeUpdate } from '../contract/update.ts';
import type { Os } from '../specification/types.ts';
import { mergeTrees } from '../tree/merge.ts';
import type { TreeNode } from '../tree/node.ts';
import { addParents, directory, file, type ReadonlyTree, symlink, type Tree } from '../tree/tree.ts';
import { osRelease } from './os-release.ts';
import { baseSbomPath } from './sbom.ts';

export interface Source {
  readonly name: string;
  readonly tree: ReadonlyTree;
}

export interface BaseParts {
  readonly init: readonly Source[];
  readonly bundles: readonly Source[];
  readonly files: ReadonlyTree;
  readonly os: Os;
  readonly health?: Health | undefined;
  readonly network?: Network | undefined;
  /** `epoch`: of the build, in seconds. */
  readonly update?: { readonly section: Update; readonly epoch: number } | undefined;
  /** Of the kernel, that the images need. */
  readonly modules?: readonly string[];
  readonly segments: readonly IndexedSegment[];
  /** The bill of materials, as text. */
  readonly bill?: string;
}

const mountPoints = ['dev', 'proc', 'sys', 'run', 'tmp', 'var', 'containers', 'usr/lib/modules'];

export async function assembleBase(parts: BaseParts): Promise<Tree> {
  const own: Tree = new Map<string, TreeNode>([
    [segmentsPath, file(writeSegments(parts.segments))],
    ['usr/lib/os-release', file(osRelease(parts.os))],
    ['etc/os-release', symlink('../usr/lib/os-release')],
  ]);
  const { health, network, update, modules = [] } = parts;
  // Without it, services that are up are all that a trial needs.
  if (modules.length > 0) own.set(modulesLoadPath, file(writeModulesLoad(modules)));
  if (parts.bill !== undefined) own.set(baseSbomPath, file(parts.bill));
  if (health) own.set(healthPath, file(writeHealth(health)));
  if (network) own.set(imageNetworkPath, file(writeNetwork(network)));
  if (update) own.set(updatePath, file(writeUpdate(update.section, update.epoch)));
  const made = directoriesToMake(parts.init);
  if (made.length > 0) own.set(madeDirectoriesPath, file(writeMadeDirectories(made)));
  const tree = mergeTrees([
    ...parts.init.map(({ name, tree }) => ({ name, tree: withoutAccounts(tree) })),
    ...parts.bundles,
    { name: 'the builder', tree: own, override: true },
    { name: 'accounts', tree: await mergedAccounts(parts.init) },
    { name: 'the files of the spec', tree: parts.files, override: true },
  ]);
  for (const path of mountPoints) {
    if (!tree.has(path)) tree.set(path, directory());
  }
  for (const path of [...tree.keys()]) addParents(tree, path);
  return tree;
}

/** Of two init images that have one of them, the first says how it is: a conflict is told where they are merged. */
function directoriesToMake(init: readonly Source[]): MadeDirectory[] {
  const made = new Map<string, MadeDirectory>();
  for (const { tree } of init) {
    for (const [path, node] of tree) {
      if (node.type !== 'directory' || !/^(var|run)\/./.test(path) || made.has(path)) continue;
      const { mode, uid, gid } = node;
      made.set(path, { path: `/${path}`, mode, uid, gid });
    }
  }
  return [...made.keys()].sort(byName).map((path) => made.get(path)!);
}

function withoutAccounts(tree: ReadonlyTree): Tree {
  const rest: Tree = new Map(tree);
  for (const path of Object.keys(accountFiles)) rest.delete(path);
  return rest;
}

/** The init images' users and groups together, in the order of the images. */
async function mergedAccounts(init: readonly Source[]): Promise<Tree> {
  const tree: Tree = new Map();
  for (const [path, mode] of Object.entries(accountFiles) as [AccountFile, number][]) {
    const lines = mergeAccountLines(await Promise.all(init.map((source) => accountLines(source.tree, path))));
    if (lines.length > 0) tree.set(path, file(`${lines.join('\n')}\n`, mode));
  }
  return tree;
}
