// What every document of this room has in common: JSON with a `format`, for an old agent meets a new image and a new
// agent an old one. Members that are not known are passed over; a format that is not known is refused. A document
// without one is older than this member, and of format 1.
import { CatamaranError, messageOf } from '../base/errors.ts';
import {
  type Fields,
  fieldsOf,
  hasField,
  type JsonObject,
  numberField,
  type Refuse,
} from '../base/fields.ts';

export const format = 1;
/** In characters. */
const sizeLimit = 4 << 20;

export function writeDocument(members: object, indent = 2): string {
  return `${JSON.stringify({ format, ...members }, undefined, indent)}\n`;
}

/** `what` begins the error's sentence: the file's path. */
export function readFormatted(text: string, what: string): Fields {
  if (text.length > sizeLimit)
    throw malformedDocument(what, `has ${text.length} characters: more than any has`);
  let value: JsonObject;
  try {
    value = JSON.parse(text) as JsonObject;
  } catch (thrown) {
    throw malformedDocument(what, `is not JSON: ${messageOf(thrown).slice(0, 100)}`);
  }
  const fields = fieldsOf(value, what, malformedDocument);
  requireFormat(fields);
  return fields;
}

/** A form that this program does not know is not guessed at. */
function requireFormat(fields: Fields): void {
  const found = hasField(fields, 'format') ? numberField(fields, 'format', 1) : format;
  if (found > format) throw newerDocument(fields.what, found);
}

export function newerDocument(what: string, found: number): CatamaranError {
  return new CatamaranError('integrity', {
    code: 'document-newer',
    message: `${what} has format ${found}; this program knows ${format}`,
    hint: 'Update to a release in between, which knows this format.',
  });
}

export const malformedDocument: Refuse = (what, evidence) =>
  new CatamaranError('integrity', {
    code: 'document-malformed',
    message: `${what} ${evidence}`,
    hint: 'Build it again with `catamaran`, which writes it in the form that is read.',
  });
