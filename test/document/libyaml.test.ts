// Texts as LinuxKit's parser reads them. Each was read by go-yaml 3.0.1 (a port of libyaml) when the test was written.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Document, parse } from 'yaml';
import { readLibyaml } from '../../src/document/libyaml-read.ts';

function readValue(text: string): unknown {
  const read = readLibyaml(text);
  if (read === undefined) return refused;
  const document = new Document(null);
  document.contents = read.contents as typeof document.contents;
  return document.toJS();
}
const refused = Symbol('refused');

describe('what YAML 1.2 allows too is the same', () => {
  test.each([
    'a: 1\nb: [x, y: z, {k: v}]\nc:\n- d\n-\n  - e\n- - f\n  - g: h\n',
    'a: |\n  x\n   y\n\n  z\nb: >-\n  x\n  y\n\n  z\n   w\nc: |+\n  k\n\nd: |2-\n   i\n',
    '"a b": \'it\'\'s\'\n? c\n: "x\\ty\\u00e9\\x41 \\\n   z"\n',
    'a: &x {k: v}\nb: *x\nc: &y !!str 5\nd: !!int "7"\ne: ~\nf:\n',
    '# c\n---\na: b # c\n...\n',
    '%YAML 1.1\n%TAG !e! tag:e,2000:\n---\na: !e!x b\n',
    'a: b\r\nc:\r\n  - d\r\n',
    '\ufeffa: b\n',
    '- a\n- - b\n',
    'plain text over\n  two lines\n',
    '{a: b, "c":d, ? e : f, g}\n',
    '',
    '# nothing\n',
  ])('%j', (text) => expect(readValue(text)).toEqual(parse(text, { schema: 'core' })));

  it('whatever value is written in whatever way', () => {
    const options = fc.record({
      indent: fc.integer({ min: 1, max: 4 }),
      lineWidth: fc.constantFrom(0, 20, 80),
      collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
      defaultStringType: fc.constantFrom(
        'PLAIN' as const,
        'QUOTE_DOUBLE' as const,
        'QUOTE_SINGLE' as const,
        'BLOCK_LITERAL' as const,
      ),
    });
    // A text that begins with ":" is one where libyaml differs.
    const word = fc.stringMatching(/^([a-z #,[\]{}&*!|>'"%@-][a-z :#,[\]{}&*!|>'"%@-]{0,8})?$/);
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ depthSize: 'small' }, word, fc.integer(), fc.boolean(), tie('list'), tie('map')),
      list: fc.array(tie('any'), { maxLength: 3 }),
      map: fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie('any'), { maxKeys: 3 }),
    })).map;
    fc.assert(
      fc.property(value, options, (written, how) => {
        const text = new Document(written).toString(how);
        expect(readValue(text)).toEqual(parse(text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what YAML 1.2 does not allow', () => {
  test.each<[string, unknown]>([
    ['a:\n  b: [x,\ny\n]\n', { a: { b: ['x', 'y'] } }],
    ['a:\n  b: {x: y,\nz: w}\n', { a: { b: { x: 'y', z: 'w' } } }],
    ['a:\n  b: "x\ny"\n', { a: { b: 'x y' } }],
    ["a:\n  b: 'x\n\n\ty'\n", { a: { b: 'x\ny' } }],
    ['a: [b]#c\n', { a: ['b'] }],
    ['a: [b:, c::, d:e]\n', { a: ['b:', 'c::', 'd:e'] }],
    ['{a: b:}\n', { a: 'b:' }],
    ['a: b\tc\n', { a: 'b\tc' }],
    ['a:\t[\tb\t]\n', { a: ['b'] }],
    ['{a: b}\nc: d\n', { a: 'b' }],
    ['a: b\n...\nc: [\n', { a: 'b' }],
    ['a: b\n---\nc: [\n', { a: 'b' }],
    ['a: *\n', refused],
    ['a: [b\n', refused],
    ['a: "b\n', refused],
    ['a: b: c\n', refused],
    ['\ta: b\n', refused],
    ['a:\n\tb: c\n', refused],
    ['a: [b}\n', refused],
    ['a: |x\n', refused],
    ['a: "\\q"\n', refused],
    ['a: "\\ud800"\n', refused],
    ['a: @b\n', refused],
    ['a: b\0\n', refused],
    ['%YAML 1.2\n---\na: b\n', refused],
    ['%FOO\n---\na: b\n', refused],
    ['a: !e!x b\n', refused],
    ['a: b\n c: d\n', refused],
  ])('%j', (text, value) => expect(readValue(text)).toEqual(value));

  it('is not what is nested deeper than any spec may be', () => {
    expect(readValue(`${'['.repeat(300)}${']'.repeat(300)}`)).toBe(refused);
  });

  it('does not look far behind the end of the document', () => {
    expect(readValue(`--- {a: b}\n---\n${'x: y\n'.repeat(900)}\0`)).toEqual({ a: 'b' });
  });

  it('tells where what does not count begins', () => {
    expect(readLibyaml('{a: b}\nc: d\n')?.rest).toBe(7);
    expect(readLibyaml('a: b\n---\nc: d\n')?.rest).toBe(5);
    expect(readLibyaml('a: b\n...\n# end\n')).not.toHaveProperty('rest');
  });

  it('ends, whatever the text', () => {
    const part = fc.constantFrom(
      ...'a|b: |- |? |: |, |[|]|{|}|"|\'|\n|\n  |\t|#|&a |*a|!|!!str |\\||>|%|---\n|...|@|\\|\r|\u2028'.split(
        '|',
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        readLibyaml(parts.join(''));
      }),
      { numRuns: 2000 },
    );
  });
});
