// All bad days that one machine can have one after the other, by kind. What ends a machine, or needs a disk of its own, is in
// test/boot/weather.test.ts itself. docs/weather.md names each.
import type { Firmware } from '../../src/base/firmware.ts';
import { byTurns } from '../support/by-turns.ts';
import type { Day } from './day.ts';
import { clockDays } from './days/clock.ts';
import { deviceDays } from './days/devices.ts';
import { etcDays } from './days/etc.ts';
import { memoryDays } from './days/memory.ts';
import { networkDays } from './days/network.ts';
import { serviceDays } from './days/services.ts';
import { varBootDays, varDays } from './days/var.ts';

const asked = process.env.CATAMARAN_WEATHER;
const firmwares: readonly Firmware[] = ['bios', 'uefi'];
const askedFor = firmwares.filter((name) => asked === 'all' || asked === name);
/** All by `npm run test:weather`; without it a sample of a minute, by turns. */
export const allWeather = askedFor.length > 0;
export const weatherFirmwares = allWeather ? askedFor : [byTurns(firmwares)];

/** Done to the machine before one boot, which then has all of them. */
export const bootDays: readonly Day[] = [...etcDays, ...varBootDays];
/** While it runs, one after the other. */
export const runningDays: readonly Day[] = [
  ...varDays,
  ...memoryDays,
  ...serviceDays,
  ...clockDays,
  ...networkDays,
  ...deviceDays,
];

/** Of those, by CATAMARAN_DAYS: a regular expression for their names. */
const named = new RegExp(process.env.CATAMARAN_DAYS ?? '');

export const chosen = (days: readonly Day[]): readonly Day[] =>
  days.filter(({ name, sample }) => (allWeather || sample) && named.test(name));
