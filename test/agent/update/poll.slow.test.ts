// The polling service: what a round appoints, over a simulated day, with a network that comes and goes (rows 9 and 34 of the
// fault table in docs/design/update-faults.md), and when a machine reboots that waits for a window.
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { untilMoment, untilRetry } from '../../../src/agent/update/schedule.ts';
import { publishPlan, start } from '../../tuf/support/forge.ts';
import { expectInstalled, expectUntouched, refused } from './support/expect.ts';
import { type ForgedWorld, one, openForgedWorld, planOf, pointerTo, two } from './support/forged-world.ts';
import { machineId } from './support/test-machine.ts';

const hour = 3600;
const toOne = publishPlan(planOf([{ release: one }]));
const toTwo = publishPlan(planOf([{ release: one }, { release: two }]));
/** A Friday, at eight in the morning. */
const friday = Date.parse('2027-01-15T08:00:00Z') / 1000;

/** One round at that time; the seconds until the next. */
function pollAt({ machine }: ForgedWorld, now: number): { status: number; said: string; wait: number } {
  machine.setClock(now);
  const { status, said } = machine.agent('update', '--poll');
  return { status, said, wait: Number(machine.host.readText('/run/catamaran/update/next')) };
}

test('the forge’s time is what these tests take it for', () => expect(start).toBe(friday));

test('a day of one machine: the same minute of every hour, and back to it after the network was away', async () => {
  const world = await openForgedWorld(toOne);
  const down = [start + 6 * hour, start + 9 * hour] as const;
  const rounds: { now: number; status: number; wait: number }[] = [];
  for (let now = start; now < start + 24 * hour; ) {
    const away = now >= down[0] && now < down[1];
    await world.server.setRules(away ? [{ path: '.', fault: { kind: 'status', status: 500 } }] : []);
    const { status, wait } = pollAt(world, now);
    expect(status).toBe(away ? 4 : 0);
    rounds.push({ now, status, wait });
    now += wait;
  }
  const good = rounds.filter(({ status, now }) => status === 0 && now > start);
  const moments = new Set(good.filter((_, index) => index > 0).map(({ now }) => now % hour));
  // All at the machine's own moment, but for the one with which the back-off ended.
  expect(moments.size).toBeLessThanOrEqual(2);
  expect(good.length).toBeGreaterThanOrEqual(20);
  const waits = rounds.filter(({ status }) => status === 4).map(({ wait }) => wait);
  expect(waits.length).toBeGreaterThanOrEqual(5);
  expect([...waits].sort((a, b) => a - b)).toEqual(waits);
  expect(waits[0]).toBeLessThanOrEqual(375);
  expect(waits.at(-1)).toBeLessThanOrEqual(1.25 * hour);
});

test('a day of a fleet that was switched on at one instant, with the origin away for three hours', () => {
  const fleet = Array.from({ length: 3000 }, (_, index) => hash('md5', String(index)));
  const perMinute = new Array<number>(24 * 60).fill(0);
  const [from, to] = [6 * hour, 9 * hour];
  for (const id of fleet) {
    let failures = 0;
    // As the service of component:updater begins.
    for (let now = 60 + Number.parseInt(id.slice(0, 2), 16); now < 24 * hour; ) {
      perMinute[Math.floor(now / 60)]! += 1;
      const moment = { now: start + now, interval: hour, machineId: id };
      failures = now >= from && now < to ? failures + 1 : 0;
      now += failures > 0 ? untilRetry(moment, failures) : untilMoment(moment);
    }
  }
  const busiest = (first: number, last: number) => Math.max(...perMinute.slice(first * 60, last * 60));
  // 50 in a minute is the even share; the moments were drawn by chance.
  expect(busiest(2, 6)).toBeLessThan(100);
  expect(busiest(11, 24)).toBeLessThan(100);
  expect(Math.min(...perMinute.slice(2 * 60, 6 * 60))).toBeGreaterThan(20);
  // While the origin is away a machine tries four times in its first hour, and then once an hour: no minute has more than
  // five times the even share, and no minute after it either.
  expect(busiest(6, 11)).toBeLessThan(250);
  const hours = Array.from({ length: 24 }, (_, each) =>
    perMinute.slice(each * 60, each * 60 + 60).reduce((sum, count) => sum + count, 0),
  );
  for (const each of [2, 3, 4, 12, 20, 23]) expect(hours[each]).toBe(fleet.length);
});

describe('row 9: what a round that failed appoints', () => {
  test('later each time, and nothing else is changed', async () => {
    const world = await openForgedWorld(toTwo);
    const moment = { now: start, interval: hour, machineId };
    for (const [index, status] of [403, 404, 500].entries()) {
      await world.server.setRules([{ path: 'timestamp', fault: { kind: 'status', status } }]);
      expect(pollAt(world, start)).toMatchObject({ status: refused, wait: untilRetry(moment, index + 1) });
      await expectUntouched(world.machine, one);
    }
    await world.server.setRules([]);
    expect(pollAt(world, start)).toMatchObject({ status: 0 });
    expect(world.machine.host.readText('/run/catamaran/update/failures')).toBeUndefined();
  });

  test('also where the settings cannot be read', async () => {
    const world = await openForgedWorld(toOne);
    await world.machine.setting('chanel: beta');
    expect(pollAt(world, start)).toMatchObject({
      status: 3,
      said: expect.stringContaining('chanel is no setting'),
    });
    expect(pollAt(world, start).wait).toBeGreaterThan(400);
  });
});

describe('row 34: a machine that wakes up poor', () => {
  test('with its clock in 1970: the day on which its image was built counts', async () => {
    const world = await openForgedWorld(toTwo);
    expect(pollAt(world, 0)).toMatchObject({ status: 0 });
    await expectInstalled(world.machine, 'B', two);
  });

  test('without a network: it runs on, confirms by its own checks, and asks again', async () => {
    const world = await openForgedWorld(toTwo);
    const { machine, server } = world;
    machine.agent('update');
    expect(await machine.reboot()).toBe('B');
    await server.close();
    expect(pollAt(world, start)).toMatchObject({ status: 4, said: expect.stringMatching(/connect/) });
    expect(machine.agent('confirm').status).toBe(0);
    expect(machine.state()).toMatchObject({ first: 'B', B: 'good' });
  });
});

describe('reboots', () => {
  test('in the window, of which the machine is told by its next round', async () => {
    const world = await openForgedWorld(toTwo);
    const { machine } = world;
    await machine.setting('reboot: window\nwindow: Fri 10:00/2h');
    const first = pollAt(world, friday);
    expect(first.said).toContain('2.0.0 waits for the window at 2027-01-15T10:00:00Z');
    await expectInstalled(machine, 'B', two);
    expect(machine.host.calls).not.toContain('reboot');
    let now = friday;
    for (let rounds = 0; rounds < 5 && !machine.host.calls.includes('reboot'); rounds++) {
      now += pollAt(world, now).wait;
      const open = now >= friday + 2 * hour;
      const { said } = pollAt(world, now);
      expect(said.includes('rebooting into 2.0.0')).toBe(open);
    }
    expect(machine.host.calls).toContain('reboot');
    expect(now).toBeLessThan(friday + 4 * hour);
  });

  test('never by itself where a person decides, and at once by --now', async () => {
    const world = await openForgedWorld(toTwo);
    const { machine } = world;
    await machine.setting('reboot: manual');
    expect(pollAt(world, friday).said).toContain('waits for a reboot, which a person decides');
    expect(machine.host.calls).not.toContain('reboot');
    expect(machine.agent('update', '--now').said).toContain('rebooting into 2.0.0');
  });

  test('not again and again into a release that the boot loader passes over, because it cannot write', async () => {
    const world = await openForgedWorld(toTwo);
    const { machine } = world;
    expect(pollAt(world, friday).said).toContain('rebooting into 2.0.0');
    machine.host.calls.length = 0;
    // Nothing has been counted, and the old version is back.
    await machine.boot(one, 'A');
    machine.agent('account');
    const { said } = pollAt(world, friday + 60);
    expect(said).toContain(
      '2.0.0 waits for the next reboot, which a person decides: the boot loader could not',
    );
    expect(machine.host.calls).not.toContain('reboot');
    expect(machine.state()).toMatchObject({ first: 'B', B: 'try3' });
    expect(machine.agent('update', '--now').said).toContain('rebooting into 2.0.0');
    expect(await machine.reboot()).toBe('B');
  });

  test('--now waits neither for the rollout nor for the window', async () => {
    const rollout = { salt: 'salt', start: start + 10 * hour, points: [[0, 10_000]] } as const;
    const releases = [{ release: one }, { release: two }];
    const files = publishPlan(planOf(releases, pointerTo(releases[1]!, { rollout })));
    const world = await openForgedWorld(files);
    const { machine } = world;
    await machine.setting('reboot: window\nwindow: Sun 03:00/1h');
    expect(machine.agent('update').said).toContain('its turn is at 2027-01-15T18:00:00Z');
    await expectUntouched(machine, one);
    expect(machine.agent('update', '--now').said).toContain('rebooting into 2.0.0');
    await expectInstalled(machine, 'B', two);
  });
});
