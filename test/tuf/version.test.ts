// The order of versions, by the examples and the rules of UAPI.10.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareReleaseVersions } from '../../src/tuf/version.ts';

// From the specification's own list, oldest first, and some of ours.
const ordered = [
  '~1',
  '',
  'ab',
  'abb',
  'abc',
  '0001',
  '002',
  '12',
  '122',
  '122.9',
  '123~rc1',
  '123',
  '123-a',
  '123-a.1',
  '123-a1',
  '123-a1.1',
  '123-3',
  '123-3.1',
  '123^patch1',
  '123^1',
  '123.a-1',
  '123.1-1',
  '123a-1',
  '124',
  '1000000000000000000000000',
];

test('the list is in order', () => {
  for (const [left, a] of ordered.entries()) {
    for (const [right, b] of ordered.entries()) {
      expect([a, b, Math.sign(compareReleaseVersions(a, b))]).toEqual([a, b, Math.sign(left - right)]);
    }
  }
});

test.each([
  ['1.4.0', '1.4.00'],
  ['1.04', '1.4'],
  ['1.4+build', '1.4build'],
])('%s and %s are the same', (a, b) => expect(compareReleaseVersions(a, b)).toBe(0));

test('it is an order on any text', () => {
  const any = fc.string({ unit: fc.constantFrom(...'0129ab~^.-+_'), maxLength: 8 });
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      expect(Math.sign(compareReleaseVersions(a, b))).toBe(-Math.sign(compareReleaseVersions(b, a)) + 0);
      if (compareReleaseVersions(a, b) <= 0 && compareReleaseVersions(b, c) <= 0) {
        expect(compareReleaseVersions(a, c)).toBeLessThanOrEqual(0);
      }
    }),
    { numRuns: 2000 },
  );
});
