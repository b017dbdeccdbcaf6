// A document before anything is known of its meaning: scalars, lists and mappings, each with its place. Scalars keep the
// text that was written, because only the reader of a key knows whether `0644` is a number, `on` a truth value, `22:22` a
// text.
import type { Place } from './finding.ts';

export type Node = Scalar | List | Mapping;

export interface Scalar {
  readonly kind: 'scalar';
  readonly at: Place;
  /** Without quotes. */
  readonly text: string;
  /** `json`: a number or a truth value of JSON, which is never a text. `empty`: no value at all. */
  readonly form: 'plain' | 'quoted' | 'json' | 'empty';
  /** Of `!!binary`. */
  readonly bytes?: Uint8Array;
}

export interface List {
  readonly kind: 'list';
  readonly at: Place;
  readonly items: readonly Node[];
}

export interface Mapping {
  readonly kind: 'mapping';
  readonly at: Place;
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  /** Of the key. */
  readonly at: Place;
  readonly value: Node;
}

export function isEmpty(node: Node): boolean {
  return node.kind === 'scalar' && node.form === 'empty';
}

export function valueIn(mapping: Mapping, key: string): Node | undefined {
  return mapping.entries.get(key)?.value;
}

export const kindWords = {
  scalar: 'a single value',
  list: 'a list',
  mapping: 'a mapping of keys to values',
} as const;

export function describeKind(node: Node): string {
  return isEmpty(node) ? 'empty' : kindWords[node.kind];
}
