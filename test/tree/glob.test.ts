import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileGlobs } from '../../src/tree/glob.ts';

test.each([
  ['usr/sbin/**', ['usr/sbin', 'usr/sbin/a', 'usr/sbin/a/b'], ['usr', 'usr/sbin2', 'x/usr/sbin/a']],
  ['**/*.conf', ['a.conf', 'etc/a.conf', 'etc/a/b.conf', '.conf'], ['a.conf/b', 'a.config']],
  ['**', ['', 'a', 'a/b'], []],
  ['*', ['a', '.hidden'], ['a/b']],
  ['a/**/z', ['a/z', 'a/b/z', 'a/b/c/z'], ['az', 'a/zz', 'a/z/b']],
  ['a/**/b/**/c', ['a/b/c', 'a/x/b/b/y/c'], ['a/c', 'a/b']],
  ['lib?.so', ['libc.so'], ['lib.so', 'libcc.so', 'lib/.so']],
  ['a*b*c', ['abc', 'aXbYc', 'abcbc'], ['ac', 'abcd', 'ab/c']],
  ['a**b', ['ab', 'axxb'], ['a/b']],
  ['usr/share/{doc,man}/**', ['usr/share/doc/x', 'usr/share/man'], ['usr/share/info']],
  ['{a,b{c,d}}x{,y}', ['ax', 'axy', 'bcx', 'bdxy'], ['bx', 'bcdx']],
  ['usr/bin/[', ['usr/bin/['], ['usr/bin/x']],
  ['a.b+(c)$^\\d|', ['a.b+(c)$^\\d|'], ['aXb']],
])('%s', (pattern, matching, others) => {
  const matches = compileGlobs([pattern]);
  expect(matching.filter((path) => !matches(path))).toEqual([]);
  expect(others.filter(matches)).toEqual([]);
});

test('one of several is enough, none matches nothing', () => {
  expect(compileGlobs(['a', 'b'])('b')).toBe(true);
  expect(compileGlobs([])('')).toBe(false);
});

test('agrees with the plain definition', () => {
  // Exponential, but plainly right.
  const plain = (pattern: string, text: string): boolean =>
    pattern === ''
      ? text === ''
      : pattern[0] === '*'
        ? plain(pattern.slice(1), text) || (text !== '' && plain(pattern, text.slice(1)))
        : text !== '' &&
          (pattern[0] === '?' || pattern[0] === text[0]) &&
          plain(pattern.slice(1), text.slice(1));
  const word = (letters: string[]) =>
    fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(word(['a', 'b', '*', '?']), word(['a', 'b']), (pattern, text) => {
      fc.pre(pattern !== '**');
      expect(compileGlobs([pattern])(text)).toBe(plain(pattern, text));
    }),
  );
});

test('no pattern makes it blow up', () => {
  const steps = compileGlobs([`${'*a'.repeat(50)}b`, `${'**/a/'.repeat(50)}b`]);
  expect(steps('a'.repeat(2000))).toBe(false);
  expect(steps('a/'.repeat(2000))).toBe(false);
});

test.each(['a{b', 'a}b', '{a,{b}'])('%s has a brace too many', (pattern) => {
  expect(() => compileGlobs([pattern])).toThrow('brace');
});

test('alternatives are bounded', () => {
  expect(() => compileGlobs(['{a,b}'.repeat(20)])).toThrow('alternatives');
});
