// Canonical JSON: keys sorted, no white space, so that equal values have equal bytes and digests.
import { sortedEntries } from './order.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** What is JSON all through, said of a type that has no index signature: of an interface, say. A Map or a Date is `never`. */
export type JsonLike<T> = T extends Json | undefined
  ? T
  : T extends (...args: never[]) => unknown
    ? never
    : { readonly [K in keyof T]: JsonLike<T[K]> };

/** The same value: TypeScript does not see by itself that an interface without methods is JSON. */
export const asJson = <T extends object>(value: T & JsonLike<T>): Json => value as Json;

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
