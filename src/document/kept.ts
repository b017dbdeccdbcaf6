// Lists of a document while they are checked: items keep the places that they have in the text.
import { childOf, type JsonPointer } from './pointer.ts';

/**
 * What `change` makes of each item; an item of which it makes undefined is left out. Arrays have holes where an item did
 * not fit the schema.
 */
export function mapKept<T, U>(
  list: readonly T[],
  pointer: JsonPointer,
  change: (item: T, at: JsonPointer) => U | undefined,
): U[] {
  const kept: U[] = [];
  list.forEach((item, index) => {
    const changed = change(item, childOf(pointer, index));
    if (changed !== undefined) kept.push(changed);
  });
  return kept;
}
