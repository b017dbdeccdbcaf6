// Reads values out of parsed JSON whose every field is checked: type, form and bounds. Unknown members are allowed
// everywhere, as TUF's section 4.1 asks, and never looked at.
import type { Json } from '../base/json.ts';
import { refuse } from './refuse.ts';

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** One object of a file, and how an error names it. */
export interface Fields {
  readonly what: string;
  readonly values: JsonObject;
}

export function fieldsOf(value: Json | undefined, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(what, 'an object');
  return { what, values: value as JsonObject };
}

export function objectField({ what, values }: Fields, key: string): Fields {
  return fieldsOf(ownValue(values, key), `${what}: ${key}`);
}

export function textField({ what, values }: Fields, key: string, form: RegExp, most = 4096): string {
  return requireText(ownValue(values, key), form, `${what}: ${key}`, most);
}

export function requireText(value: Json | undefined, form: RegExp, what: string, most = 4096): string {
  if (typeof value !== 'string' || value.length > most || !form.test(value)) throw wrong(what, `${form}`);
  return value;
}

export function numberField(
  { what, values }: Fields,
  key: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = ownValue(values, key);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
    throw wrong(`${what}: ${key}`, `a whole number from ${least} to ${most}`);
  }
  return value;
}

export function booleanField({ what, values }: Fields, key: string): boolean {
  const value = ownValue(values, key);
  if (typeof value !== 'boolean') throw wrong(`${what}: ${key}`, 'true or false');
  return value;
}

/** At most `most` elements. */
export function listField({ what, values }: Fields, key: string, most: number): readonly Json[] {
  const value = ownValue(values, key);
  if (!Array.isArray(value) || value.length > most)
    throw wrong(`${what}: ${key}`, `a list of at most ${most}`);
  return value;
}

/** The members of an object whose keys are data; at most `most`. */
export function entriesField(fields: Fields, key: string, most: number): [string, Json][] {
  const entries = Object.entries(objectField(fields, key).values) as [string, Json][];
  if (entries.length > most) throw wrong(`${fields.what}: ${key}`, `at most ${most} members`);
  return entries;
}

export function hasField({ values }: Fields, key: string): boolean {
  return ownValue(values, key) !== undefined;
}

/** Seconds since the epoch, out of `YYYY-MM-DDTHH:MM:SSZ`. */
export function timeField(fields: Fields, key: string): number {
  const text = textField(fields, key, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 20);
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds) || formatTime(milliseconds / 1000) !== text) {
    throw wrong(`${fields.what}: ${key}`, 'a time');
  }
  return milliseconds / 1000;
}

/** The form of TUF's section 4.2.1, `YYYY-MM-DDTHH:MM:SSZ`. */
export function formatTime(seconds: number): string {
  return `${new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19)}Z`;
}

function wrong(what: string, expected: string) {
  return refuse('malformed', what, `is not ${expected}`);
}

/** Never what Object.prototype has. */
function ownValue(values: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}
