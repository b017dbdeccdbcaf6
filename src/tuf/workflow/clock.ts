// 5.1: the time of an update. A clock that was set back brings nothing back that has expired: the latest time of a
// refresh that went well is remembered.

import { numberField } from '../../base/fields.ts';
import { asciiBytes, parseCanonical } from '../canonical.ts';
import { tufFields } from '../fields.ts';
import type { ClientOptions, TrustedStore } from './options.ts';
import { valueOrNothing } from './trusted.ts';

/** A saved clock is renewed when it is older than this: no write at every poll. In seconds. */
const clockGrain = 3600;

/** 5.1: one time for the whole update, and never one that lies before what is known to be past. */
export function fixStartTime({ store, now, notBefore = 0 }: ClientOptions): number {
  return Math.max(Math.floor(now), notBefore, readTime(store));
}

function readTime(store: TrustedStore): number {
  const bytes = store.get('clock.json');
  return bytes === undefined ? 0 : (valueOrNothing(() => parseTime(bytes)) ?? 0);
}

function parseTime(bytes: Uint8Array): number {
  return numberField(tufFields(parseCanonical(bytes, 'clock.json'), 'clock.json'), 'time', 0);
}

/** Only after a refresh, so that a clock that runs far ahead, for which everything is expired, is never remembered. */
export function saveTime({ store, waiveExpiry }: ClientOptions, time: number): void {
  if (waiveExpiry || time < readTime(store) + clockGrain) return;
  store.put('clock.json', asciiBytes(`{"time":${time}}`));
}
