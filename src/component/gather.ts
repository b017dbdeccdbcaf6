// Of each package the files that a component takes: all of them, those that its globs name, or the closure of its programs.
// A package of which nothing is taken leaves nothing.
import type { Arch } from '../base/arch.ts';
import { CatamaranError } from '../base/errors.ts';
import type { LockedPackage } from '../packages/locked.ts';
import { compileGlobs } from '../tree/glob.ts';
import type { MergeSource } from '../tree/merge.ts';
import { baseName } from '../tree/resolve-links.ts';
import { parentOf, type ReadonlyTree, type Tree, type TreePath } from '../tree/tree.ts';
import { closePrograms } from './closure/close.ts';
import { programDirectories } from './closure/find-wanted.ts';
import { collectShipped, mergedPath, mergedUsrTree, type ShippedSource } from './closure/shipped.ts';
import type { NamedProgram, Taken } from './closure/taken.ts';
import type { ComponentDefinition } from './definition.ts';
import { appletLinks } from './generators/busybox-links.ts';
import type { GeneratorPackages } from './generators/generator.ts';
import { configuredDirectories } from './generators/ldconfig.ts';
import { generators } from './generators/table.ts';
import { alternativeLinks, readAlternatives } from './scripts/alternatives.ts';
import { type ReadControl, readScripts } from './scripts/control.ts';
import type { ComponentSources } from './sources.ts';

export interface PackageTrees {
  /** Fetches, verifies and reads one package. */
  readonly packageTree: (locked: LockedPackage) => Promise<ReadonlyTree>;
  /** What it would do when installed: postinst and its like. */
  readonly packageControl: ReadControl;
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
  readonly packages: GeneratorPackages;
}

export async function gatherFiles(request: GatherRequest, host: PackageTrees): Promise<Gathered> {
  const { definition } = request.sources;
  const { include, exclude } = definition;
  const shipped = await Promise.all(
    request.packages.map(async (locked) => ({
      name: `the package ${locked.name}`,
      tree: await host.packageTree(locked),
    })),
  );
  const packages = shipped.map(({ name, tree }) => ({ name, tree: mergedUsrTree(tree) }));
  if (definition.programs.length === 0 && definition.plugins.length === 0) {
    const trees = shipped.map(({ name, tree }) => ({ name, tree: select(tree, { include, exclude }) }));
    return { trees, packages: usedPackages(request, packages, trees, host) };
  }
  const { taken, made } = await closeComponent(request, packages, host);
  const all = [...(include ?? []), ...takenFor(definition, 'include').map(({ path }) => path)];
  const trees = packages.map(({ name, tree }) => ({
    name,
    tree: select(tree, { include: all, exclude, taken }),
  }));
  const links = new Map([...made].filter(([path]) => taken.has(path)));
  return {
    trees: [...trees, { name: 'update-alternatives', tree: links }],
    taken,
    packages: usedPackages(request, packages, trees, host),
  };
}

/** Those that leave something in the component. */
function usedPackages(
  { packages }: GatherRequest,
  shipped: readonly ShippedSource[],
  trees: readonly MergeSource[],
  host: PackageTrees,
): GeneratorPackages {
  const used = (_: unknown, index: number) => [...trees[index]!.tree.keys()].some((path) => path !== '');
  return {
    all: shipped,
    shipped: shipped.filter(used),
    scripts: () => readScripts(packages.filter(used), host.packageControl),
  };
}

interface ComponentClosure {
  readonly taken: Taken;
  /** Links that no package ships. */
  readonly made: ReadonlyTree;
}

/** Where a program is not there, update-alternatives may have made it: only then are the packages' scripts read. */
async function closeComponent(
  request: GatherRequest,
  packages: readonly ShippedSource[],
  host: PackageTrees,
): Promise<ComponentClosure> {
  try {
    return { taken: await closeOver(request, packages, new Map()), made: new Map() };
  } catch (thrown) {
    const lacks = (error: unknown) =>
      error instanceof CatamaranError &&
      error.diagnostics.some(({ code }) => code === 'component-program-missing');
    if (!lacks(thrown)) throw thrown;
    const scripts = await readScripts(request.packages, host.packageControl);
    const alternatives = scripts.flatMap((each) => readAlternatives(each.scripts.postinst));
    const made = alternativeLinks(alternatives, (path) =>
      packages.some(({ tree }) => tree.has(mergedPath(path))),
    );
    if (made.size === 0) throw thrown;
    return { taken: await closeOver(request, packages, made), made };
  }
}

async function closeOver(
  { sources, arch }: GatherRequest,
  packages: readonly ShippedSource[],
  alternatives: ReadonlyTree,
): Promise<Taken> {
  const { definition } = sources;
  const { programs, plugins, exclude, without, generate } = definition;
  const excluded = compileGlobs(exclude);
  const offered = packages.map(({ name, tree }) => ({
    name,
    tree: new Map([...tree].filter(([path]) => !excluded(path))),
  }));
  const made: ShippedSource[] = [{ name: 'update-alternatives', tree: alternatives }];
  const busybox = offered
    .map(({ tree }) => tree.get('usr/bin/busybox'))
    .find((node) => node?.type === 'file');
  if (generate.includes('busybox-links') && busybox?.type === 'file') {
    const known = (name: string) =>
      programDirectories.some((at) => offered.some(({ tree }) => tree.has(`${at}/${name}`)));
    const links = [...(await appletLinks(busybox))].filter(([path]) => !known(baseName(path)));
    made.push({ name: 'busybox-links', tree: new Map(links) });
  }
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
