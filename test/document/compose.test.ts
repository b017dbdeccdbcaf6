// What LinuxKit's parser takes and YAML 1.2 does not: one error, where it begins, with what to write instead.
import { describe, expect, it, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { composeDocument } from '../../src/document/compose.ts';

function refusal(text: string) {
  try {
    composeDocument('a.yml', text);
  } catch (error) {
    if (error instanceof CatamaranError && error.diagnostics.length === 1) {
      const { code, message, hint, position } = error.diagnostics[0];
      expect({ code, file: position?.file }).toEqual({ code: 'spec-not-yaml', file: 'a.yml' });
      return { place: `${position?.line}:${position?.column}`, excerpt: position?.excerpt, message, hint };
    }
  }
  throw new Error(`${JSON.stringify(text)} is not refused by one error`);
}

test.each([
  ['a:\n  b: [x,\ny\n]\n', '2:6', '  b: [x,', '"]" is missing', /indent its lines more than the key/],
  ['a:\n  b: {x: y,\nz: w}\n', '2:6', '  b: {x: y,', '"}" is missing', /indent its lines more than the key/],
  ['a:\n  b: "x\ny"\n', '2:8', '  b: "x', 'a quotation mark is not closed', /each is indented/],
  ['a: [b]#c\n', '1:7', 'a: [b]#c', 'a "#" right behind something', /a space before "#"/],
  [
    'a: {b: c:}\n',
    '1:8',
    'a: {b: c:}',
    'Block collections are not allowed within flow collections',
    /in quotes/,
  ],
  ['{a: b}\nc: d\n', '2:1', 'c: d', 'something follows a value that has ended', /on a line of its own/],
  ['\ta: b\n', '1:1', '\ta: b', 'a tab indents this line', /by spaces/],
  ['a: b: c\n', '1:4', 'a: b: c', 'a mapping begins inside the value of a key', /in quotes/],
  ['a: @b\n', '1:4', 'a: @b', 'Plain value cannot start with reserved character @', /in quotes/],
])('%j', (text, place, excerpt, message, hint) => {
  expect(refusal(text)).toEqual({
    place,
    excerpt,
    message: `not YAML 1.2: ${message}`,
    hint: expect.stringMatching(hint),
  });
});

describe('what is YAML 1.2', () => {
  it.each(['%YAML 1.1\n---\na: b\n', 'a: b\tc\n', 'a:\t[\tb\t]\n', '\ufeffa: b\r\n', '', '# nothing\n'])(
    '%j',
    (text) => expect(composeDocument('a.yml', text).warnings).toEqual([]),
  );

  it.each(['a: b\n---\nc: [\n', 'a: b\n...\nc: [\n'])(
    'is read to the end of its first document: %j',
    (text) => {
      const { warnings } = composeDocument('a.yml', text);
      expect(warnings).toMatchObject([{ code: 'spec-several-documents' }]);
    },
  );
});
