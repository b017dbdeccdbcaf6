// From an entry of `programs` or `plugins` to paths that are shipped: a path, a glob, or a program's name alone.
import type { Diagnostic } from '../../base/errors.ts';
import { byName } from '../../base/order.ts';
import { compileGlobs } from '../../tree/glob.ts';
import type { TreePath } from '../../tree/tree.ts';
import { unknownWanted } from './problems.ts';
import { mergedPath, type Shipped } from './shipped.ts';
import type { NamedProgram } from './taken.ts';

/** Where a name alone is looked for, in this order. */
export const programDirectories: readonly TreePath[] = ['usr/bin', 'usr/sbin'];

export interface FoundWanted {
  readonly wanted: NamedProgram;
  readonly path: TreePath;
}

/** What is not there goes to `problems`. */
export function findWanted(
  all: readonly NamedProgram[],
  shipped: Shipped,
  problems: Diagnostic[],
): FoundWanted[] {
  const found: FoundWanted[] = [];
  for (const wanted of all) {
    const paths = pathsOf(wanted.path, shipped);
    if (paths.length === 0) problems.push(unknownWanted(wanted, shipped));
    for (const path of paths) found.push({ wanted, path });
  }
  return found;
}

function pathsOf(written: string, shipped: Shipped): TreePath[] {
  if (/[*?{]/.test(written)) {
    const matches = compileGlobs([mergedPath(written)]);
    return [...shipped]
      .filter(([path, { node }]) => (node.type === 'file' || node.type === 'symlink') && matches(path))
      .map(([path]) => path)
      .sort(byName);
  }
  if (written.includes('/')) return [mergedPath(written)];
  const path = programDirectories
    .map((directory) => `${directory}/${written}`)
    .find((each) => shipped.has(each));
  return path === undefined ? [] : [path];
}
