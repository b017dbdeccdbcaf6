// What can be wrong with the programs of a component, each with its place in component.yml and the chain that led there.
import type { Diagnostic } from '../../base/errors.ts';
import { didYouMean } from '../../document/suggest.ts';
import { baseName } from '../../tree/resolve-links.ts';
import type { TreePath } from '../../tree/tree.ts';
import type { Shipped, ShippedNode } from './shipped.ts';
import { describeChain, type NamedProgram, type Taken, type TakenReason } from './taken.ts';

const whereToFind =
  'Add its package (for a shell: busybox, with `generate: [busybox-links]`), or take the script as data, by `include`.';
const whereToLook = 'Correct the path, or add the package that has it.';

/** An entry that nothing matches. */
export function unknownWanted({ path, position }: NamedProgram, shipped: Shipped): Diagnostic {
  const message = /[*?{]/.test(path)
    ? `no file of the packages matches ${path}`
    : `no package has a program ${path} in usr/bin or usr/sbin`;
  return {
    code: 'component-program-missing',
    message,
    hint: nearest(path, shipped) ?? whereToLook,
    position,
  };
}

/** @param end where its links lead; absent: round and round */
export function missingProgram(
  path: TreePath,
  { by, root, how }: TakenReason,
  taken: Taken,
  shipped: Shipped,
  end: TreePath | undefined,
): Diagnostic {
  const leads =
    end === undefined ? ', whose links lead round and round' : end === path ? '' : `, which leads to ${end}`;
  const is = end !== undefined && shipped.has(end) ? 'it is no file' : 'no package has it';
  const message =
    by === undefined
      ? `${path}${leads}: ${is}`
      : `${describeChain(taken, by)} → ${path}${leads} (${how}): ${is}`;
  const hint = nearest(path, shipped) ?? (by === undefined ? whereToLook : whereToFind);
  return { code: 'component-program-missing', message, hint, position: root.position };
}

export function missingLibrary(
  name: string,
  by: TreePath,
  taken: Taken,
  without: readonly string[],
  { position }: NamedProgram,
): Diagnostic {
  const cut = without.length > 0 ? `, or take its package out of \`without\` (${without.join(', ')})` : '';
  return {
    code: 'component-library-missing',
    message: `${describeChain(taken, by)} → ${name}: no package has this library`,
    hint: `Add the package that has it${cut}.`,
    position,
  };
}

export function unfitProgram(path: TreePath, taken: Taken, why: string): Diagnostic {
  return {
    code: 'component-program-unfit',
    message: `${describeChain(taken, path)} cannot be run: ${why}`,
    hint: 'Name a program of the packages; data belongs to `include`.',
    position: taken.get(path)!.root.position,
  };
}

export function shippedTwice(path: TreePath, { from, rival }: ShippedNode, taken: Taken): Diagnostic {
  return {
    code: 'tree-conflict',
    message: `/${path} is in ${from} and, otherwise, in ${rival} (${describeChain(taken, path)})`,
    hint: 'Leave one of the two packages out by `without`, or lay a file of your own over the path.',
    position: taken.get(path)!.root.position,
  };
}

/** Among files of the same name elsewhere, then among programs whose names are near. */
function nearest(path: string, shipped: Shipped): string | undefined {
  const name = baseName(path);
  const same = [...shipped]
    .filter(([each, { node }]) => each !== path && node.type === 'file' && baseName(each) === name)
    .map(([each]) => each);
  if (name !== '' && same.length > 0) return `Did you mean ${JSON.stringify(same[0])}?`;
  const programs = [...shipped.keys()].filter((each) => /^usr\/s?bin\/[^/]+$/.test(each));
  return didYouMean(name, programs.map(baseName));
}
