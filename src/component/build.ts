// A component to an OCI image of one layer: packages unpacked, filtered and merged, then the generators, the accounts
// and the component's own files over them. Nothing of the target runs; the digest is a function of the inputs alone.
import type { Arch } from '../base/arch.ts';
import { asJson, canonicalJson } from '../base/json.ts';
import { type ExecutionConfig, type Image, modulesLabel, runtimeLabel } from '../oci/image.ts';
import { writeImage } from '../oci/store.ts';
import type { LockedPackage } from '../packages/locked.ts';
import type { Cache } from '../store/cache.ts';
import { compileGlobs } from '../tree/glob.ts';
import { mergeTrees } from '../tree/merge.ts';
import { addParents, directory, parentOf, type ReadonlyTree, symlink, type Tree } from '../tree/tree.ts';
import { writeAccounts } from './accounts.ts';
import type { ComponentDefinition } from './definition.ts';
import type { GeneratorContext } from './generators/generator.ts';
import { generators } from './generators/table.ts';
import type { ComponentSources } from './sources.ts';

export interface ComponentBuild {
  readonly sources: ComponentSources;
  readonly packages: readonly LockedPackage[];
  readonly arch: Arch;
  /** Seconds since the epoch. */
  readonly epoch: number;
}

export interface ComponentHost extends GeneratorContext {
  readonly cache: Cache;
  /** Fetches, verifies and reads one package. */
  readonly packageTree: (locked: LockedPackage) => Promise<ReadonlyTree>;
}

export async function buildComponent(build: ComponentBuild, host: ComponentHost): Promise<Image> {
  const tree = await assembleTree(build, host);
  return writeImage(host.cache, {
    layers: [{ tree }],
    config: executionConfig(build.sources.definition),
    arch: build.arch,
    clampMtime: build.epoch,
  });
}

async function assembleTree({ sources, packages }: ComponentBuild, host: ComponentHost): Promise<Tree> {
  const { definition } = sources;
  const trees = await Promise.all(
    packages.map(async (locked) => ({
      name: `the package ${locked.name}`,
      tree: select(await host.packageTree(locked), definition),
    })),
  );
  const merged = mergeTrees([
    { name: 'the merged /usr', tree: mergedUsr(trees.map(({ tree }) => tree)) },
    ...trees,
  ]);
  for (const name of definition.generate) {
    if (!generators[name].last) await generators[name].generate(merged, host);
  }
  const tree = mergeTrees([
    { name: 'its packages', tree: merged },
    { name: definition.name, tree: sources.tree, override: true },
  ]);
  await writeAccounts(tree, definition);
  for (const name of definition.generate) {
    if (generators[name].last) await generators[name].generate(tree, host);
  }
  for (const path of [...tree.keys()]) addParents(tree, path);
  return tree;
}

/** A directory that loses all that was in it goes too, so that an excluded file leaves no trace. */
function select(tree: ReadonlyTree, { include, exclude }: ComponentDefinition): Tree {
  const included = include ? compileGlobs(include) : () => true;
  const excluded = compileGlobs(exclude);
  const filled = new Set([...tree.keys()].filter((path) => path !== '').map(parentOf));
  const chosen: Tree = new Map();
  for (const [path, node] of tree) {
    // One that was empty from the start, or that is asked for by itself, is something of its own.
    const counts = node.type !== 'directory' || include !== undefined || !filled.has(path);
    if (counts && included(path) && !excluded(path)) chosen.set(path, node);
  }
  for (let path of [...chosen.keys()]) {
    while (path !== '') {
      path = parentOf(path);
      const parent = tree.get(path);
      if (parent !== undefined) chosen.set(path, parent);
    }
  }
  return chosen;
}

/** Debian 13's layout, which base-files ships: the old directories are links into /usr, where something lies there. */
function mergedUsr(trees: readonly ReadonlyTree[]): Tree {
  const tree: Tree = new Map();
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    const used = trees.some((each) =>
      [...each.keys()].some((path) => path.startsWith(`usr/${name}/`) || path.startsWith(`${name}/`)),
    );
    // With the directory, so that the link leads somewhere even where a package knows only the old name.
    if (used) tree.set(name, symlink(`usr/${name}`)).set(`usr/${name}`, directory());
  }
  return tree;
}

function executionConfig({ config, runtime, modules }: ComponentDefinition): ExecutionConfig {
  const labels: Record<string, string> = {};
  if (runtime) labels[runtimeLabel] = canonicalJson(asJson(runtime));
  if (modules.length > 0) labels[modulesLabel] = modules.join(' ');
  return {
    User: config.user,
    Env: [...config.env].map(([name, value]) => `${name}=${value}`),
    ...(config.entrypoint.length > 0 ? { Entrypoint: config.entrypoint } : {}),
    ...(config.cmd.length > 0 ? { Cmd: config.cmd } : {}),
    WorkingDir: config.workingDir,
    ...(Object.keys(labels).length > 0 ? { Labels: labels } : {}),
  };
}
