import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { alternativeText, parseRelations } from '../../src/debian/relations.ts';

const parse = (field: string, arch: 'amd64' | 'arm64' = 'amd64') =>
  parseRelations(field, arch, 'Depends of x 1');
const texts = (field: string, arch: 'amd64' | 'arm64' = 'amd64') =>
  parse(field, arch).map(({ alternatives }) => alternatives.map(alternativeText).join(' | '));

describe('parseRelations', () => {
  test('reads alternatives, versions and qualifiers', () => {
    expect(parse('debconf (>= 0.5) | debconf-2.0, python3:any')).toEqual([
      {
        text: 'debconf (>= 0.5) | debconf-2.0',
        alternatives: [
          { name: 'debconf', constraint: { relation: '>=', version: '0.5' } },
          { name: 'debconf-2.0' },
        ],
      },
      { text: 'python3:any', alternatives: [{ name: 'python3', qualifier: 'any' }] },
    ]);
  });

  test('takes any spacing, folded lines, empty parts and a trailing comma', () => {
    expect(texts('a(>=1) ,\n b( << 2 )|c,, d,')).toEqual(['a (>= 1)', 'b (<< 2) | c', 'd']);
    expect(texts('  ')).toEqual([]);
  });

  test('the obsolete < and > mean <= and >=', () => {
    expect(texts('a (< 1), b (> 2)')).toEqual(['a (<= 1)', 'b (>= 2)']);
  });

  test('leaves out what is for other architectures, and ignores build profiles', () => {
    const field =
      'a [amd64], b [!amd64] | c, d [linux-any], e [arm64 riscv64] <!nocheck>, f <cross> <!stage1>';
    expect(texts(field)).toEqual(['a', 'c', 'd', 'f']);
    expect(texts(field, 'arm64')).toEqual(['b | c', 'd', 'e', 'f']);
  });

  test.each(['a (1)', 'a (>= )', 'a (>= 1', '(>= 1)', 'a b', '-a', 'a (=> 1)'])('refuses %j', (field) => {
    expect(() => parse(field)).toThrow(CatamaranError);
    expect(() => parse(field)).toThrow(/Depends of x 1 has a relation that cannot be read/);
  });

  test('reads back whatever it can write', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,8}$/);
    const relation = fc.constantFrom('<<', '<=', '=', '>=', '>>');
    const version = fc.stringMatching(/^(?:[0-9]:)?[0-9][A-Za-z0-9.+~-]{0,8}$/);
    const alternative = fc
      .tuple(name, fc.option(fc.tuple(relation, version)))
      .map(([name, constraint]) => (constraint ? `${name} (${constraint.join(' ')})` : name));
    const group = fc.array(alternative, { minLength: 1, maxLength: 4 }).map((all) => all.join(' | '));
    fc.assert(
      fc.property(fc.array(group, { maxLength: 5 }), (groups) => {
        expect(texts(groups.join(', '))).toEqual(groups);
        expect(parse(groups.join(',')).map(({ text }) => text)).toEqual(groups);
      }),
    );
  });
});
