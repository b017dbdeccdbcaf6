// Did you mean: the names that are nearest to one that does not exist.
import { byName } from '../base/order.ts';

/** At most `count` of `names`, nearest first: within two edits (three from ten letters on), or longer forms of `name`. */
export function similarNames(name: string, names: Iterable<string>, count = 3): string[] {
  const limit = name.length >= 10 ? 3 : Math.min(2, Math.floor(name.length / 2));
  const found: { candidate: string; distance: number }[] = [];
  for (const candidate of names) {
    const distance = editDistance(name, candidate, limit);
    if (distance <= limit) found.push({ candidate, distance });
    else if (isLongerForm(name, candidate)) found.push({ candidate, distance: limit + 1 });
  }
  found.sort((a, b) => a.distance - b.distance || byName(a.candidate, b.candidate));
  return found.slice(0, count).map(({ candidate }) => candidate);
}

/** `openssh` → `openssh-server` */
function isLongerForm(name: string, candidate: string): boolean {
  return name.length >= 3 && candidate.startsWith(`${name}-`);
}

/** Levenshtein's, with two neighbours exchanged as one edit; anything above `limit` comes back as some number above it. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  let above = row;
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const exchanged =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (above[j - 2] ?? limit) + 1 : limit + 1;
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1, exchanged));
    }
    if (Math.min(...next, ...row) > limit) return limit + 1;
    above = row;
    row = next;
  }
  return row[b.length]!;
}
