// When a machine asks next: at a moment of the interval that its id decides, so that a fleet asks evenly and every machine
// is predictable. After a failure sooner, and later each time.
import { asciiBytes } from '../../tuf/canonical.ts';
import { sha256Hex } from '../../tuf/hex.ts';

/** From 0 to 1, even over machines. */
export function placeInInterval(machineId: string): number {
  return Number.parseInt(sha256Hex(asciiBytes(`${machineId}:poll`)).slice(0, 8), 16) / 2 ** 32;
}

export interface Moment {
  /** Seconds since the epoch. */
  readonly now: number;
  /** Seconds. */
  readonly interval: number;
  readonly machineId: string;
}

/** Seconds until the machine's moment; at least one, at most the interval. */
export function untilMoment({ now, interval, machineId }: Moment): number {
  const past = (((now - Math.floor(placeInInterval(machineId) * interval)) % interval) + interval) % interval;
  return interval - past;
}

const firstRetry = 300;

/** After so many failures in a row; never later than the next moment but one. */
export function untilRetry({ interval, machineId }: Moment, failures: number): number {
  const wait = firstRetry * 2 ** Math.min(failures - 1, 10);
  return Math.ceil(Math.min(interval, wait) * (0.75 + placeInInterval(machineId) / 2));
}

/** After a window has opened: within its first half, so that machines of one window do not go down together. */
export function withinWindow(machineId: string, length: number): number {
  return Math.ceil(placeInInterval(machineId) * Math.min(length / 2, 1800));
}
