// Reads values out of parsed JSON whose every field is checked: type, form and bounds. Unknown members are allowed
// everywhere (TUF's section 4.1 asks for it, and so does whoever reads what a newer program wrote), and never looked at.
import type { Json } from './json.ts';

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** The error of the room that reads: `what` and `evidence` make one sentence. */
export type Refuse = (what: string, evidence: string) => Error;

/** One object of a file, and how an error names it. */
export interface Fields {
  readonly what: string;
  readonly values: JsonObject;
  readonly refuse: Refuse;
}

export function fieldsOf(value: Json | undefined, what: string, refuse: Refuse): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse(what, 'is not an object');
  return { what, values: value as JsonObject, refuse };
}

export function objectField({ what, values, refuse }: Fields, key: string): Fields {
  return fieldsOf(ownValue(values, key), `${what}: ${key}`, refuse);
}

export function textField(fields: Fields, key: string, form: RegExp, most = 4096): string {
  const value = ownValue(fields.values, key);
  if (typeof value !== 'string' || value.length > most || !form.test(value))
    throw wrong(fields, key, `${form}`);
  return value;
}

/** Whole. */
export function numberField(
  fields: Fields,
  key: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = ownValue(fields.values, key);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
    throw wrong(fields, key, `a whole number from ${least} to ${most}`);
  }
  return value;
}

export function booleanField(fields: Fields, key: string): boolean {
  const value = ownValue(fields.values, key);
  if (typeof value !== 'boolean') throw wrong(fields, key, 'true or false');
  return value;
}

/** At most `most` elements. */
export function listField(fields: Fields, key: string, most: number): readonly Json[] {
  const value = ownValue(fields.values, key);
  if (!Array.isArray(value) || value.length > most) throw wrong(fields, key, `a list of at most ${most}`);
  return value;
}

/** The members of an object whose keys are data; at most `most`. */
export function entriesField(fields: Fields, key: string, most: number): [string, Json][] {
  const entries = Object.entries(objectField(fields, key).values) as [string, Json][];
  if (entries.length > most) throw wrong(fields, key, `at most ${most} members`);
  return entries;
}

export function hasField({ values }: Fields, key: string): boolean {
  return ownValue(values, key) !== undefined;
}

function wrong({ what, refuse }: Fields, key: string, expected: string): Error {
  return refuse(`${what}: ${key}`, `is not ${expected}`);
}

/** Never what Object.prototype has. */
function ownValue(values: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}
