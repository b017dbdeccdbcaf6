import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote } from '../../src/agent/host/quote.ts';
import { compareDebianVersions, satisfiesVersion, splitVersion } from '../../src/debian/version.ts';
import { hostTools } from '../support/tools.ts';
import { recordedVersions } from './support/recorded-versions.ts';

const sign = (a: string, b: string) => Math.sign(compareDebianVersions(a, b));

/** Versions near each other, so that comparisons go deep: few characters, all that matter. */
const part = (characters: string) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 0, maxLength: 6 });
const version = fc
  .tuple(
    fc.option(fc.nat(3), { nil: undefined }),
    part('0019az.+~-'),
    fc.option(
      part('0019az.+~').filter((revision) => revision !== ''),
      { nil: undefined },
    ),
  )
  .map(
    ([epoch, upstream, revision]) =>
      `${epoch === undefined ? '' : `${epoch}:`}1${upstream}x${revision === undefined ? '' : `-${revision}`}`,
  );

describe('compareVersions', () => {
  test.each(recordedVersions)('%s against %s is %i, as dpkg said', (a, b, order) => {
    expect(sign(a, b)).toBe(order);
    expect(sign(b, a)).toBe(order === 0 ? 0 : -order);
  });

  test('is an order: antisymmetric, transitive, equal only to what splits alike', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(sign(a, b) + sign(b, a)).toBe(0);
        expect(sign(a, a)).toBe(0);
        const [low, middle, high] = [a, b, c].sort(compareDebianVersions) as [string, string, string];
        expect(sign(low, middle)).toBeLessThanOrEqual(0);
        expect(sign(middle, high)).toBeLessThanOrEqual(0);
        expect(sign(low, high)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('numbers longer than a double holds are compared exactly', () => {
    expect(sign('1.123456789012345678901', '1.123456789012345678902')).toBe(-1);
  });

  test('agrees with dpkg', async () => {
    const pairs = fc.sample(fc.tuple(version, version), { numRuns: 300, seed: 20 });
    expect(pairs.map(([a, b]) => sign(a, b))).toEqual(await askDpkg(pairs));
  });
});

/** -1, 0 or 1 for each pair, by one shell for them all. */
async function askDpkg(pairs: readonly (readonly [string, string])[]): Promise<number[]> {
  const { file, args, env } = await (await hostTools(['tools-host'])).command('dpkg', []);
  const dpkg = [file, ...args].map(quote).join(' ');
  const script = `while read -r a b; do
    if ${dpkg} --compare-versions "$a" lt "$b"; then echo -1
    elif ${dpkg} --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi
  done`;
  const input = `${pairs.map((pair) => pair.join(' ')).join('\n')}\n`;
  const { stdout } = spawnSync('/bin/sh', ['-c', script], { input, encoding: 'utf8', env });
  return stdout.trim().split('\n').map(Number);
}

test('splitVersion takes the first colon and the last hyphen', () => {
  expect(splitVersion('1:2.3-4-5~bpo')).toEqual({ epoch: '1', upstream: '2.3-4', revision: '5~bpo' });
  expect(splitVersion('2.3')).toEqual({ epoch: '', upstream: '2.3', revision: '' });
});

test('satisfiesVersion knows the five relations', () => {
  const relations = ['<<', '<=', '=', '>=', '>>'] as const;
  const hold = (a: string) => relations.filter((relation) => satisfiesVersion(a, relation, '1.0-1'));
  expect(hold('1.0~rc1-1')).toEqual(['<<', '<=']);
  expect(hold('0:1.0-1')).toEqual(['<=', '=', '>=']);
  expect(hold('1.0-1+b1')).toEqual(['>=', '>>']);
});
