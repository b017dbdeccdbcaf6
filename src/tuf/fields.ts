// What TUF's files have beyond base/fields.ts: how this room says no, and times.
import { type Fields, fieldsOf, textField } from '../base/fields.ts';
import type { Json } from '../base/json.ts';
import { refuse } from './refuse.ts';

export function tufFields(value: Json | undefined, what: string): Fields {
  return fieldsOf(value, what, (place, evidence) => refuse('malformed', place, evidence));
}

/** Of what is no member of an object: the element of a list, the key of a table. */
export function requireText(value: Json | undefined, form: RegExp, what: string, most = 4096): string {
  if (typeof value === 'string' && value.length <= most && form.test(value)) return value;
  throw refuse('malformed', what, `is not ${form}`);
}

/** Seconds since the epoch, out of `YYYY-MM-DDTHH:MM:SSZ`. */
export function timeField(fields: Fields, key: string): number {
  const text = textField(fields, key, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 20);
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds) || formatTime(milliseconds / 1000) !== text) {
    throw refuse('malformed', `${fields.what}: ${key}`, 'is not a time');
  }
  return milliseconds / 1000;
}

/** The form of TUF's section 4.2.1, `YYYY-MM-DDTHH:MM:SSZ`. */
export function formatTime(seconds: number): string {
  return `${new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19)}Z`;
}
