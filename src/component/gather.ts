// Of each package the files that a component takes: all of them, those that its globs name, or the closure of its programs.
// A package of which nothing is taken leaves nothing.
import type { Arch } from '../base/arch.ts';
import type { LockedPackage } from '../packages/locked.ts';
import { compileGlobs } from '../tree/glob.ts';
import type { MergeSource } from '../tree/merge.ts';
import { parentOf, type ReadonlyTree, type Tree, type TreePath } from '../tree/tree.ts';
import { closePrograms } from './closure/close.ts';
import { collectShipped, mergedUsrTree, type ShippedSource } from './closure/shipped.ts';
import type { NamedProgram, Taken } from './closure/taken.ts';
import type { ComponentDefinition } from './definition.ts';
import { appletLinks } from './generators/busybox-links.ts';
import { configuredDirectories } from './generators/ldconfig.ts';
import { generators } from './generators/table.ts';
import type { ComponentSources } from './sources.ts';

export interface PackageTrees {
  /** Fetches, verifies and reads one package. */
  readonly packageTree: (locked: LockedPackage) => Promise<ReadonlyTree>;
}

export interface GatherRequest {
  readonly sources: ComponentSources;
  readonly packages: readonly LockedPackage[];
  readonly arch: Arch;
}

export interface Gathered {
  /** What is taken of each package. */
  readonly trees: readonly MergeSource[];
  /** What its programs brought; absent where it names none. */
  readonly taken?: Taken;
}

export async function gatherFiles(request: GatherRequest, host: PackageTrees): Promise<Gathered> {
  const { definition } = request.sources;
  const shipped = await Promise.all(
    request.packages.map(async (locked) => ({
      name: `the package ${locked.name}`,
      tree: await host.packageTree(locked),
    })),
  );
  if (definition.programs.length === 0 && definition.plugins.length === 0) {
    const { include, exclude } = definition;
    return { trees: shipped.map(({ name, tree }) => ({ name, tree: select(tree, { include, exclude }) })) };
  }
  const packages = shipped.map(({ name, tree }) => ({ name, tree: mergedUsrTree(tree) }));
  const taken = await closeComponent(request, packages);
  const include = [...(definition.include ?? []), ...takenFor(definition, 'include').map(({ path }) => path)];
  const { exclude } = definition;
  const trees = packages.map(({ name, tree }) => ({ name, tree: select(tree, { include, exclude, taken }) }));
  return { trees, taken };
}

async function closeComponent(
  { sources, arch }: GatherRequest,
  packages: readonly ShippedSource[],
): Promise<Taken> {
  const { definition } = sources;
  const { programs, plugins, exclude, without, generate } = definition;
  const excluded = compileGlobs(exclude);
  const offered = packages.map(({ name, tree }) => ({
    name,
    tree: new Map([...tree].filter(([path]) => !excluded(path))),
  }));
  const made: ShippedSource[] = [];
  const busybox = offered
    .map(({ tree }) => tree.get('usr/bin/busybox'))
    .find((node) => node?.type === 'file');
  if (generate.includes('busybox-links') && busybox?.type === 'file')
    made.push({ name: 'busybox-links', tree: await appletLinks(busybox) });
  const cached = new Map<TreePath, TreePath>();
  if (generate.includes('ldconfig')) {
    for (const { tree } of [...offered, sources])
      for (const [directory, path] of await configuredDirectories(tree)) cached.set(directory, path);
  }
  const own = { name: `the component ${definition.name}`, tree: sources.tree };
  return closePrograms({
    programs: [...programs, ...takenFor(definition, 'programs')],
    plugins,
    shipped: collectShipped(offered, made, own),
    arch,
    cached,
    without,
  });
}

/** What its generators work on, as if it stood in component.yml where they do. */
function takenFor({ generate, source }: ComponentDefinition, key: 'programs' | 'include'): NamedProgram[] {
  return generate.flatMap((name, index) =>
    (generators[name].takes?.[key] ?? []).map((path) => ({
      path,
      position: source.positionOf(`/generate/${index}`),
    })),
  );
}

interface Selection {
  readonly include: readonly string[] | undefined;
  readonly exclude: readonly string[];
  /** Beside what is included. */
  readonly taken?: Taken;
}

/** A directory that loses all that was in it goes too, so that an excluded file leaves no trace. */
function select(tree: ReadonlyTree, { include, exclude, taken }: Selection): Tree {
  const included = include ? compileGlobs(include) : () => true;
  const excluded = compileGlobs(exclude);
  const filled = new Set([...tree.keys()].filter((path) => path !== '').map(parentOf));
  const chosen: Tree = new Map();
  for (const [path, node] of tree) {
    // One that was empty from the start, or that is asked for by itself, is something of its own.
    const counts = node.type !== 'directory' || include !== undefined || !filled.has(path);
    if (counts && (taken?.has(path) || (included(path) && !excluded(path)))) chosen.set(path, node);
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
