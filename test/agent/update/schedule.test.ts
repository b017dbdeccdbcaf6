// When machines ask and when they may reboot: arithmetic, held against many machines and many moments.
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { untilMoment, untilRetry, withinWindow } from '../../../src/agent/update/schedule.ts';
import { isOpen, nextOpening, parseWindow } from '../../../src/agent/update/window.ts';

const machines = Array.from({ length: 3600 }, (_, index) => hash('md5', String(index)));
const seconds = (text: string) => Date.parse(text) / 1000;

describe('polls', () => {
  it('come evenly, however a fleet was started', () => {
    const minutes = new Array<number>(60).fill(0);
    for (const machineId of machines)
      minutes[Math.floor((untilMoment({ now: 1_800_000_123, interval: 3600, machineId }) - 1) / 60)]! += 1;
    expect(Math.max(...minutes)).toBeLessThan(100);
    expect(Math.min(...minutes)).toBeGreaterThan(30);
  });

  it('come once in an interval, always at the same moment of it', () => {
    const anything = fc.record({
      now: fc.nat(2_000_000_000),
      interval: fc.integer({ min: 60, max: 100_000 }),
      machineId: fc.string(),
    });
    fc.assert(
      fc.property(anything, (moment) => {
        const wait = untilMoment(moment);
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(moment.interval);
        expect(untilMoment({ ...moment, now: moment.now + wait })).toBe(moment.interval);
      }),
    );
  });

  it('come later after each failure, and no later than the interval and a quarter', () => {
    const moment = { now: 0, interval: 3600, machineId: 'm' };
    const waits = [1, 2, 3, 4, 5, 50].map((failures) => untilRetry(moment, failures));
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
    expect(waits[0]).toBeGreaterThanOrEqual(225);
    expect(waits.at(-1)).toBeLessThanOrEqual(4500);
  });
});

describe('windows', () => {
  it.each([
    ['Sun 03:00/2h', '2026-11-22T02:59:59Z', false],
    ['Sun 03:00/2h', '2026-11-22T03:00:00Z', true],
    ['Sun 03:00/2h', '2026-11-22T04:59:59Z', true],
    ['Sun 03:00/2h', '2026-11-22T05:00:00Z', false],
    ['Sun 03:00/2h', '2026-11-23T03:30:00Z', false],
    ['Sat 23:00/120m', '2026-11-22T00:30:00Z', true],
    ['mon,thu 22:30/90m', '2026-11-26T23:00:00Z', true],
    ['Fri-Mon 4:00/1h', '2026-11-22T04:30:00Z', true],
    ['Fri-Mon 4:00/1h', '2026-11-24T04:30:00Z', false],
    ['04:00/1h', '2026-11-25T04:30:00Z', true],
    ['Wed 00:00/168h', '2026-11-24T23:59:59Z', true],
  ])('%s at %s: %s', (window, time, open) => {
    expect(isOpen(parseWindow(window), seconds(time))).toBe(open);
  });

  it('opens next when it is said', () => {
    const next = nextOpening(parseWindow('Sun 03:00/2h'), seconds('2026-11-22T05:00:00Z'));
    expect(next).toBe(seconds('2026-11-29T03:00:00Z'));
    expect(nextOpening(parseWindow('03:00/2h'), seconds('2026-11-22T03:10:00Z'))).toBe(
      seconds('2026-11-22T03:10:00Z'),
    );
  });

  it.each([
    '',
    'Sun',
    'Sun-Mon-Tue 03:00/2h',
    'Sun 24:00/1h',
    'Sum 03:00/2h',
    '03:00/0h',
    '03:00/169h',
    '03:00',
  ])('%j is none', (text) => {
    expect(() => parseWindow(text)).toThrow('no window');
  });

  it('a fleet with one window does not go down in one minute', () => {
    const waits = machines.map((machineId) => withinWindow(machineId, 7200));
    expect(Math.max(...waits)).toBeLessThanOrEqual(1800);
    expect(waits.filter((wait) => wait < 900).length / machines.length).toBeCloseTo(0.5, 1);
  });
});
