// A component to an OCI image of one layer: packages unpacked, filtered and merged, then the generators, the accounts
// and the component's own files over them. Nothing of the target runs; the digest is a function of the inputs alone.
import type { Arch } from '../base/arch.ts';
import { asJson, canonicalJson } from '../base/json.ts';
import { type ExecutionConfig, type Image, modulesLabel, runtimeLabel } from '../oci/image.ts';
import { writeImage } from '../oci/store.ts';
import type { LockedPackage } from '../packages/locked.ts';
import type { Cache } from '../store/cache.ts';
import { mergeTrees } from '../tree/merge.ts';
import { addParents, directory, type ReadonlyTree, symlink, type Tree } from '../tree/tree.ts';
import { writeAccounts } from './accounts.ts';
import type { ComponentDefinition } from './definition.ts';
import { gatherFiles, type PackageTrees } from './gather.ts';
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

export interface ComponentHost extends GeneratorContext, PackageTrees {
  readonly cache: Cache;
}

export async function buildComponent(build: ComponentBuild, host: ComponentHost): Promise<Image> {
  const tree = await assembleTree(build, host);
  return writeImage(host.cache, {
    layers: [{ tree }],
    config: executionConfig(build.sources.definition),
    arch: build.arch,
    created: build.epoch,
    clampMtime: build.epoch,
  });
}

async function assembleTree(build: ComponentBuild, host: ComponentHost): Promise<Tree> {
  const { sources } = build;
  const { definition } = sources;
  const { trees, packages } = await gatherFiles(build, host);
  const merged = mergeTrees([
    { name: 'the merged /usr', tree: mergedUsr(trees.map(({ tree }) => tree)) },
    ...trees,
  ]);
  for (const name of definition.generate) {
    if (!generators[name].last) await generators[name].generate(merged, host, packages);
  }
  const tree = mergeTrees([
    { name: 'its packages', tree: merged },
    { name: definition.name, tree: sources.tree, override: true },
  ]);
  await writeAccounts(tree, definition);
  for (const name of definition.generate) {
    if (generators[name].last) await generators[name].generate(tree, host, packages);
  }
  for (const path of [...tree.keys()]) addParents(tree, path);
  return tree;
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

function executionConfig({ name, config, runtime, modules }: ComponentDefinition): ExecutionConfig {
  // Of the image specification's names (annotations.md). No description: the words for people are no input of the image.
  const labels: Record<string, string> = { 'org.opencontainers.image.title': name };
  if (runtime) labels[runtimeLabel] = canonicalJson(asJson(runtime));
  if (modules.length > 0) labels[modulesLabel] = modules.join(' ');
  return {
    User: config.user,
    Env: [...config.env].map(([name, value]) => `${name}=${value}`),
    ...(config.entrypoint.length > 0 ? { Entrypoint: config.entrypoint } : {}),
    ...(config.cmd.length > 0 ? { Cmd: config.cmd } : {}),
    WorkingDir: config.workingDir,
    Labels: labels,
  };
}
