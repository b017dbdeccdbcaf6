import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseDuration,
  parseImagePath,
  parseMode,
  parseSignal,
  parseWhole,
} from '../../src/document/scalars.ts';
import { editDistance, nearest } from '../../src/document/suggest.ts';

it.each([
  ['0644', 0o644],
  ['644', 0o644],
  ['0o644', 0o644],
  ['4755', 0o4755],
  ['0', 0],
  ['+644', 0o644],
  ['000000000000000755', 0o755],
])('mode %s', (text, mode) => expect(parseMode(text)).toBe(mode));

it.each(['', '888', '0123456712345670', '-1', '0x1', 'rwx'])('no mode: %j', (text) =>
  expect(() => parseMode(text)).toThrow('permission bits'),
);

it.each([
  ['1_000', 1000],
  ['0b11', 3],
  ['-0b1_1', -3],
  ['0X1f', 31],
  ['+0o7', 7],
  ['0_10', 8],
  ['0_8', 8],
  ['5', 5],
  ['0b12', undefined],
  ['0o8', undefined],
  ['1.5', undefined],
  ['x', undefined],
  ['_', undefined],
  ['', undefined],
])('whole number %j', (text, number) => expect(parseWhole(text)).toBe(number));

it.each([
  ['250ms', 250],
  ['30s', 30_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('duration %s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

it.each(['', '10', '1.5h', 'm', '9999999999s'])('no duration: %j', (text) =>
  expect(() => parseDuration(text)).toThrow('span of time'),
);

it.each([
  ['SIGTERM', 'SIGTERM'],
  ['quit', 'SIGQUIT'],
  ['15', 'SIGTERM'],
  ['31', 'SIGSYS'],
  ['RTMIN+3', 'SIGRTMIN+3'],
  ['SIGRTMAX', 'SIGRTMAX'],
])('signal %s', (text, signal) => expect(parseSignal(text)).toBe(signal));

it.each(['', '0', '32', 'SIGFOO', 'RTMIN+31', 'SIG'])('no signal: %j', (text) =>
  expect(() => parseSignal(text)).toThrow('not a signal'),
);

describe('parseImagePath', () => {
  it.each([
    ['/etc//./motd/', 'etc/motd'],
    ['a', 'a'],
    ['...', '...'],
  ])('%s', (text, path) => expect(parseImagePath(text)).toBe(path));

  it.each(['', '/', '.', '..', 'a/../b', '/..', 'a\0b', `a/${'x'.repeat(256)}`])('refuses %j', (text) =>
    expect(() => parseImagePath(text)).toThrow(/^not a path/),
  );

  it('never leads out, and is its own fixed point', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('..', '.', '/', 'a', '…'), { maxLength: 8 }), (parts) => {
        let path: string;
        try {
          path = parseImagePath(parts.join(''));
        } catch {
          return;
        }
        expect(path).not.toMatch(/^\/|\/$|\/\/|(^|\/)\.\.?(\/|$)/);
        expect(parseImagePath(path)).toBe(path);
      }),
    );
  });
});

describe('did you mean', () => {
  it.each([
    ['servces', 'services', 1],
    ['ab', 'ba', 1],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ])('%s → %s: %i', (a, b, distance) => expect(editDistance(a, b)).toBe(distance));

  it('is symmetric, and zero only for equals', () => {
    const text = fc.stringMatching(/^[abc]{0,6}$/);
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });

  it('takes the nearest, the first by name among equals, and nothing that is far', () => {
    expect(nearest('image', ['images', 'imagine'])).toBe('images');
    expect(nearest('cat', ['rat', 'bat'])).toBe('bat');
    expect(nearest('x', ['y'])).toBeUndefined();
    expect(nearest('userdata', ['update', 'os'])).toBeUndefined();
    expect(nearest('Readonly', ['readonly'])).toBe('readonly');
  });
});
