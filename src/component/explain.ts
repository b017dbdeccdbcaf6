// What brought a file into a component: the chain of its programs, a glob, the component's own directory, or a generator. For
// `component show --why`; told of what is not there too.
import { compileGlobs } from '../tree/glob.ts';
import type { ReadonlyTree, TreePath } from '../tree/tree.ts';
import { mergedPath } from './closure/shipped.ts';
import { type ChainLink, chainOf, type NamedProgram } from './closure/taken.ts';
import { type Gathered, type GatherRequest, gatherFiles, type PackageTrees } from './gather.ts';

export interface Explanation {
  readonly path: TreePath;
  /** Whether the component has it. */
  readonly there: boolean;
  /** In one sentence, without a full stop. */
  readonly why: string;
  /** Who ships it: names of packages. */
  readonly packages: readonly string[];
  /** From what component.yml names down to the path; empty where no program brought it. */
  readonly chain: readonly ChainLink[];
  /** The entry that the chain begins with. */
  readonly root?: NamedProgram;
}

/** @param built all that the component has, with what its generators made */
export async function explainPath(
  asked: string,
  request: GatherRequest,
  built: ReadonlyTree,
  host: PackageTrees,
): Promise<Explanation> {
  const path = mergedPath(asked.replace(/^\/+/, '').replace(/\/+$/, ''));
  const gathered = await gatherFiles(request, host);
  const packages = gathered.packages.all
    .filter(({ tree }) => tree.has(path))
    .map(({ name }) => name.replace(/^the package /, ''));
  const reason = gathered.taken?.get(path);
  const chain = gathered.taken ? chainOf(gathered.taken, path) : [];
  return {
    path,
    there: built.has(path),
    why: reasonOf(path, request, built, gathered),
    packages,
    chain,
    ...(reason ? { root: reason.root } : {}),
  };
}

function reasonOf(
  path: TreePath,
  { sources: { definition, tree } }: GatherRequest,
  built: ReadonlyTree,
  { taken, trees, packages }: Gathered,
): string {
  const { include, exclude, generate } = definition;
  if (taken?.has(path)) return 'a program brought it';
  if (tree.has(path)) return 'it is the component’s own';
  const matching = (globs: readonly string[]) => globs.find((glob) => compileGlobs([glob])(path));
  if (trees.some((each) => each.tree.has(path))) {
    const glob = matching(include ?? []);
    if (glob !== undefined) return `include: ${glob}`;
    if (include === undefined && !taken) return 'its package is taken whole';
    return built.get(path)?.type === 'directory' ? 'something in it is taken' : 'a generator takes it';
  }
  if (built.has(path)) {
    if (generate.length === 0 || built.get(path)?.type === 'directory') return 'something in it is there';
    return `made by ${generate.join(', ')}`;
  }
  if (!packages.all.some((each) => each.tree.has(path))) return 'no package ships it';
  const glob = matching(exclude);
  return glob === undefined ? 'nothing asked for it' : `exclude: ${glob}`;
}
