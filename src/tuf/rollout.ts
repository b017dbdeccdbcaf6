// Who gets a release when: a curve in the signed pointer, and a bucket out of the machine's id. No server counts, no
// machine tells its id, every poll gives the same answer, and each release has other canaries.
import { asciiBytes } from './canonical.ts';
import { sha256Hex } from './hex.ts';

/** All shares are in ten-thousandths. */
export const wholeFleet = 10_000;
export const mostPoints = 32;

export interface Rollout {
  /** Fixed for a version: publishing again, to pause or to speed up, reshuffles nobody. */
  readonly salt: string;
  /** Seconds since the epoch. */
  readonly start: number;
  /** Seconds after start, and the share from then on; in between it grows linearly. Seconds rise, shares never fall. */
  readonly points: readonly (readonly [after: number, share: number])[];
}

/** From 0 to 9999: the first 28 bits of SHA-256(`MACHINE-ID:SALT`), modulo 10000. */
export function bucketOf(machineId: string, salt: string): number {
  return Number.parseInt(sha256Hex(asciiBytes(`${machineId}:${salt}`)).slice(0, 7), 16) % wholeFleet;
}

/** The share of the fleet at a time, from 0 to 10000. */
export function shareAt({ start, points }: Rollout, now: number): number {
  let before: readonly [number, number] | undefined;
  for (const point of points) {
    const [after, share] = point;
    if (now < start + after) {
      if (before === undefined) return 0;
      return before[1] + ((share - before[1]) * (now - start - before[0])) / (after - before[0]);
    }
    before = point;
  }
  return before?.[1] ?? 0;
}

/** When a bucket's turn comes, in seconds since the epoch; undefined where the curve does not reach it. */
export function turnOf({ start, points }: Rollout, bucket: number): number | undefined {
  let before: readonly [number, number] | undefined;
  for (const point of points) {
    const [after, share] = point;
    if (share > bucket) {
      if (before === undefined) return start + after;
      const part = (bucket - before[1]) / (share - before[1]);
      return start + before[0] + Math.min(Math.floor(part * (after - before[0])) + 1, after - before[0]);
    }
    before = point;
  }
  return undefined;
}

/** Stands still at what it has reached. */
export function pauseRollout(rollout: Rollout, now: number): Rollout {
  return { salt: rollout.salt, start: now, points: [[0, Math.ceil(shareAt(rollout, now))]] };
}

const seconds: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const longest = 366 * 86_400;

/** `0:1%,1d:20%,3d:100%`. A string where it is none: what is wrong with it. */
export function parseCurve(text: string): Rollout['points'] | string {
  const points: [number, number][] = [];
  for (const word of text.split(',')) {
    const match = /^(\d{1,9})([smhdw]?):(\d{1,3}(?:\.\d{1,2})?)%$/.exec(word.trim());
    if (match === null) return `${JSON.stringify(word)} is not TIME:SHARE%, such as 1d:20%`;
    const point: [number, number] = [
      Number(match[1]) * seconds[match[2]!]!,
      Math.round(Number(match[3]) * 100),
    ];
    points.push(point);
  }
  return findCurveFault(points) ?? points;
}

export function findCurveFault(points: Rollout['points']): string | undefined {
  if (points.length === 0 || points.length > mostPoints) return `it has not 1 to ${mostPoints} points`;
  for (const [index, [after, share]] of points.entries()) {
    const before = points[index - 1];
    if (after > longest) return 'it is longer than a year';
    if (share > wholeFleet) return `${share / 100}% is more than all`;
    if (before === undefined) continue;
    if (after <= before[0]) return 'its times do not rise';
    if (share < before[1]) return 'its shares fall';
  }
  return undefined;
}

export function formatCurve(points: Rollout['points']): string {
  return points.map(([after, share]) => `${formatDuration(after)}:${share / 100}%`).join(',');
}

function formatDuration(after: number): string {
  const unit = ['w', 'd', 'h', 'm'].find((name) => after > 0 && after % seconds[name]! === 0) ?? '';
  return `${after / seconds[unit]!}${unit}`;
}
