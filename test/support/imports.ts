// Who imports whom, below a directory of the repository, and what is wrong with that: for the test of the house.
import { readdir, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';

export interface Import {
  readonly from: string;
  /** A path from the repository's root, or a package. */
  readonly to: string;
}

/** In the order of the importing files. */
export async function importsOf(root: string): Promise<Import[]> {
  const names = (await readdir(root, { recursive: true })).filter((name) => /\.(ts|mjs)$/.test(name)).sort();
  const found = await Promise.all(
    names.map(async (name) => {
      const from = join(root, name);
      const text = await readFile(from, 'utf8');
      return [...text.matchAll(/(?:\bfrom\s+|\bimport\(?\s*)'([^'\n]+)'/g)].map(([, to]) => ({
        from,
        to: to!.startsWith('.') ? normalize(join(from, '..', to!)) : to!,
      }));
    }),
  );
  return found.flat();
}

/** Each set of files that reach one another, sorted. */
export function findCircles(imports: readonly Import[]): string[][] {
  const graph = graphOf(imports);
  const below = new Map([...graph.keys()].map((file) => [file, reachedFrom(file, graph)]));
  const circles = new Map<string, string[]>();
  for (const [file, reached] of below) {
    if (!reached.has(file)) continue;
    const circle = [...reached].filter((other) => below.get(other)?.has(file)).sort();
    circles.set(circle.join(' '), circle);
  }
  return [...circles.values()];
}

/** The files that import one of `targets`, through whatever others. */
export function findReaching(imports: readonly Import[], targets: readonly string[]): string[] {
  const graph = graphOf(imports);
  return [...graph.keys()].filter((file) => {
    const reached = reachedFrom(file, graph);
    return targets.some((target) => reached.has(target));
  });
}

type Graph = ReadonlyMap<string, readonly string[]>;

function graphOf(imports: readonly Import[]): Graph {
  const graph = new Map<string, string[]>();
  for (const { from, to } of imports) graph.set(from, [...(graph.get(from) ?? []), to]);
  return graph;
}

function reachedFrom(file: string, graph: Graph): Set<string> {
  const reached = new Set<string>();
  const waiting = [...(graph.get(file) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    waiting.push(...(graph.get(next) ?? []));
  }
  return reached;
}
