// Did-you-mean: the known name that is nearest to a mistyped one.
import { byName } from '../base/order.ts';

/** Undefined when nothing is near: at most one edit in three characters. */
export function nearest(typed: string, known: Iterable<string>): string | undefined {
  const limit = Math.floor(typed.length / 3);
  const ranked = [...known]
    .filter((name) => name !== typed && Math.abs(name.length - typed.length) <= limit)
    .map((name) => ({ name, distance: editDistance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || byName(a.name, b.name));
  return ranked[0]?.name;
}

export function didYouMean(typed: string, known: Iterable<string>): string | undefined {
  const name = nearest(typed, known);
  return name === undefined ? undefined : `Did you mean ${JSON.stringify(name)}?`;
}

/** Damerau-Levenshtein, optimal string alignment: insertions, deletions, substitutions, neighbours swapped. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforeLast[j - 2]! + 1);
      }
      row.push(best);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
