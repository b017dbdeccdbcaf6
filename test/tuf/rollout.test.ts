// Who gets a release when: the curve, the buckets, and what holds of both for any machine and any curve.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bucketOf,
  findCurveFault,
  formatCurve,
  parseCurve,
  pauseRollout,
  type Rollout,
  shareAt,
  turnOf,
} from '../../src/tuf/rollout.ts';

const day = 86_400;
const machineIds = Array.from({ length: 10_000 }, (_, index) =>
  createHash('md5').update(`machine ${index}`).digest('hex'),
);

test('a bucket is what a shell computes', () => {
  const digest = createHash('sha256').update('d41d8cd98f00b204e9800998ecf8427e:k3f9').digest('hex');
  expect(bucketOf('d41d8cd98f00b204e9800998ecf8427e', 'k3f9')).toBe(
    Number.parseInt(digest.slice(0, 7), 16) % 10_000,
  );
});

test('row 32: ten thousand machines follow the curve within one per cent of the fleet', () => {
  const points = parseCurve('0:1%,1d:20%,3d:100%') as Rollout['points'];
  for (const salt of ['1.4.0', 'k3f9', 'another']) {
    const rollout = { salt, start: 1_000_000, points };
    const buckets = machineIds.map((id) => bucketOf(id, salt));
    for (let hour = 0; hour <= 80; hour++) {
      const share = shareAt(rollout, 1_000_000 + hour * 3600);
      const eligible = buckets.filter((bucket) => bucket < share).length;
      expect(Math.abs(eligible - share)).toBeLessThan(100);
    }
    expect(buckets.filter((bucket) => bucket < shareAt(rollout, 1_000_000 + 3 * day))).toHaveLength(10_000);
    expect(buckets.filter((bucket) => bucket < shareAt(rollout, 999_999))).toHaveLength(0);
  }
});

test('each release has other canaries', () => {
  const canaries = (salt: string) => new Set(machineIds.filter((id) => bucketOf(id, salt) < 100));
  const first = canaries('1.4.0');
  const both = [...canaries('1.4.1')].filter((id) => first.has(id));
  expect(both.length).toBeLessThan(10);
});

const anyPoints = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 30 * day }), fc.integer({ min: 0, max: 10_000 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((pairs): [number, number][] => {
    const times = [...new Set(pairs.map(([after]) => after))].sort((a, b) => a - b);
    const shares = pairs.map(([, share]) => share).sort((a, b) => a - b);
    return times.map((after, index) => [after, shares[index]!]);
  });
const anyRollout = fc.record({
  salt: fc.constant('s'),
  start: fc.integer({ min: 0, max: 2e9 }),
  points: anyPoints,
});

test('a share never falls, and lies between nothing and all', () => {
  fc.assert(
    fc.property(anyRollout, fc.integer({ min: -day, max: 40 * day }), fc.nat(day), (rollout, at, more) => {
      const before = shareAt(rollout, rollout.start + at);
      const after = shareAt(rollout, rollout.start + at + more);
      expect(before).toBeGreaterThanOrEqual(0);
      expect(after).toBeGreaterThanOrEqual(before);
      expect(after).toBeLessThanOrEqual(10_000);
    }),
  );
});

test('a turn is the first second at which the curve has passed the bucket', () => {
  fc.assert(
    fc.property(anyRollout, fc.nat(9999), (rollout, bucket) => {
      const turn = turnOf(rollout, bucket);
      if (turn === undefined) {
        expect(shareAt(rollout, rollout.start + 400 * day)).toBeLessThanOrEqual(bucket);
      } else {
        expect(shareAt(rollout, turn)).toBeGreaterThan(bucket);
        expect(shareAt(rollout, turn - 1)).toBeLessThanOrEqual(bucket);
      }
    }),
  );
});

test('a pause drops nobody and lets nobody in', () => {
  fc.assert(
    fc.property(anyRollout, fc.nat(40 * day), fc.nat(40 * day), (rollout, at, more) => {
      const now = rollout.start + at;
      const paused = pauseRollout(rollout, now);
      expect(findCurveFault(paused.points)).toBeUndefined();
      const share = shareAt(rollout, now);
      expect(shareAt(paused, now + more)).toBeGreaterThanOrEqual(share);
      expect(shareAt(paused, now + more)).toBeLessThan(share + 1);
    }),
  );
});

test('a curve is read and written', () => {
  expect(parseCurve('0:1%,1d:20%,3d:100%')).toEqual([
    [0, 100],
    [day, 2000],
    [3 * day, 10_000],
  ]);
  expect(parseCurve('90s:0.25%, 2h:50%')).toEqual([
    [90, 25],
    [7200, 5000],
  ]);
  fc.assert(
    fc.property(anyPoints, (points) => {
      expect(parseCurve(formatCurve(points))).toEqual(points);
    }),
  );
});

test.each([
  ['', '"" is not TIME:SHARE%, such as 1d:20%'],
  ['1d', '"1d" is not TIME:SHARE%, such as 1d:20%'],
  ['0:101%', '101% is more than all'],
  ['0:10%,0:20%', 'its times do not rise'],
  ['0:10%,1d:5%', 'its shares fall'],
  ['400d:1%', 'it is longer than a year'],
  ['-1d:5%', '"-1d:5%" is not TIME:SHARE%, such as 1d:20%'],
])('%j is no curve', (text, fault) => expect(parseCurve(text)).toBe(fault));
