// A maintenance window, `Sun 03:00/2h`, `Mon-Fri,Sun 22:30/90m` or `03:00/1h` for every day: pure arithmetic in UTC, which is
// the time that machines of ours have.
import { AgentError } from '../host/host.ts';

export interface Window {
  /** From 0 for Sunday. */
  readonly days: readonly number[];
  /** Seconds after midnight. */
  readonly start: number;
  /** Seconds. */
  readonly length: number;
}

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const day = 86_400;

export function parseWindow(text: string): Window {
  const match = /^(?:([A-Za-z,-]+) )?([01]?\d|2[0-3]):([0-5]\d)\/([1-9]\d{0,4})([mh])$/.exec(text.trim());
  const days = match?.[1]?.split(',').flatMap(parseDays);
  const length = Number(match?.[4]) * (match?.[5] === 'h' ? 3600 : 60);
  if (!match || days?.includes(-1) || length > 7 * day)
    throw new AgentError(`no window: ${JSON.stringify(text)}; write it like "Sun 03:00/2h"`, {
      code: 'update-settings',
      fault: 'spec',
    });
  return {
    days: days ?? [0, 1, 2, 3, 4, 5, 6],
    start: Number(match[2]) * 3600 + Number(match[3]) * 60,
    length,
  };
}

/** `Fri` or `Fri-Mon`; with -1 where a word is no day. */
function parseDays(text: string): number[] {
  const [first = -1, last = first, ...rest] = text
    .split('-')
    .map((name) => dayNames.indexOf(name.toLowerCase()));
  if (first < 0 || last < 0 || rest.length > 0) return [-1];
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, index) => (first + index) % 7);
}

/** `now` in seconds since the epoch. */
export function isOpen(window: Window, now: number): boolean {
  return openings(window, now).some((opened) => now >= opened && now < opened + window.length);
}

/** When it opens next, or `now` where it is open. */
export function nextOpening(window: Window, now: number): number {
  return isOpen(window, now) ? now : Math.min(...openings(window, now).filter((opened) => opened > now));
}

/** From a week before to a week after. 1970 began on a Thursday. */
function openings({ days, start }: Window, now: number): number[] {
  const today = Math.floor(now / day);
  const found: number[] = [];
  for (let date = today - 8; date <= today + 8; date++) {
    if (days.includes((((date + 4) % 7) + 7) % 7)) found.push(date * day + start);
  }
  return found;
}
