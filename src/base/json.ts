// Canonical JSON: keys sorted, no white space, so that equal values have equal bytes and digests.
import { sortedEntries } from './order.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** Undefined members are left out. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = sortedEntries(value as Record<string, Json | undefined>).filter(
      ([, member]) => member !== undefined,
    );
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member!)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
