// The examples in the manner of well-known container hosts: each is built as it stands, started with user-data of its kind, and
// has what its community looks for; then it updates itself over HTTP, there and back, falls back from a release whose root is
// damaged, and comes up under the other firmware as well. All of that by `npm run test:styles`, for some by
// CATAMARAN_STYLES=NAME,NAME; else what one of them is looked for, by turns.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { otherSlot } from '../../src/slots/constants.ts';
import { byTurns } from '../support/by-turns.ts';
import { firstVersion, makeHouse, minute, type StyleHouse, type StyleMachine } from './styles/style.ts';
import { styles } from './styles/table.ts';

const asked = process.env.CATAMARAN_STYLES;
const all = styles.map(({ name }) => name);
const names =
  asked === 'all' ? all : (asked?.split(',') ?? [byTurns(styles.filter(({ sample }) => sample)).name]);
const chosen = styles.filter(({ name }) => names.includes(name));
/** What only a whole run has. */
const whole = <T>(rows: readonly T[]): readonly T[] => (asked === undefined ? [] : rows);

test('what is asked for are styles', () => {
  expect(all).toEqual(expect.arrayContaining([...names]));
});

describe.each(chosen)('$name', (style) => {
  let house: StyleHouse;
  let machine: StyleMachine;
  beforeAll(async () => {
    house = await makeHouse(style);
    machine = await house.start(style.firmware);
  }, 40 * minute);
  afterAll(async () => {
    await machine?.twin.kill();
    await house?.close();
  });

  test('nothing has failed that its init knows', async () => {
    for (let tries = 0; tries < 200; tries += 1) {
      if (!/starting|waiting/.test(await machine.run('catamaran-agent services'))) break;
      await sleep(1000);
    }
    const services = JSON.parse(await machine.run('catamaran-agent services --json')) as { state: string }[];
    expect(services.map(({ state }) => state)).toEqual(services.map(() => 'running'));
    const condition = JSON.parse(await machine.run('catamaran-agent status --json'));
    expect(condition).not.toHaveProperty('degraded');
  });

  test.each(Object.entries(style.shows))('%s', (_name, show) => show(machine));

  describe.each(whole(['from its channel, over HTTP']))('%s', () => {
    const install = async (version: string) => {
      const { slot } = await machine.twin.status();
      await house.publish(version);
      await machine.run('catamaran-agent update --apply');
      return otherSlot(slot);
    };

    test.each(whole(['2.0.0', '3.0.0']))('%s is installed, tried and kept', async (version) => {
      const slot = await install(version);
      await machine.reboot(slot);
      await machine.twin.serial.waitFor(
        new RegExp(`slot ${slot} with ${version.replaceAll('.', '\\.')} is good`),
        15 * minute,
      );
      const rootHash = house.manifests.get(version)!.roothash;
      expect(await machine.twin.status()).toMatchObject({
        ...{ slot, version, rootHash, next: slot, state: 'whole', failed: [] },
        last: { result: 'confirmed', version },
      });
    });

    test.each(whole(['4.0.0']))(
      '%s, whose root is damaged on the disk, is left again, and not tried a second time',
      async (damaged) => {
        const { slot: running, version } = await machine.twin.status();
        const slot = await install(damaged);
        const partition = `grep -lx PARTNAME=root-${slot.toLowerCase()} /sys/class/block/*/uevent`;
        await machine.run(
          `dd if=/dev/zero of=/dev/$(basename $(dirname $(${partition}))) bs=4096 count=1 conv=notrunc,fsync`,
        );
        await machine.reboot(running);
        const status = await machine.twin.status();
        expect(status).toMatchObject({
          ...{ slot: running, version, next: running },
          slots: { [slot]: { status: 'bad' } },
          last: { result: 'rolled back', version: damaged },
          failed: [{ version: damaged }],
        });
        expect((await machine.twin.try('catamaran-agent update --apply')).output).toContain(damaged);
        expect(await machine.twin.status()).toMatchObject({ next: running });
      },
    );
  });

  test.each(whole(Object.entries(style.showsAfterUpdates ?? {})))('%s', (_name, show) => show(machine));

  const other = style.firmware === 'bios' ? 'uefi' : 'bios';
  test.each(whole([other] as const))('the same disk comes up by %s', async (firmware) => {
    await machine.run('sync');
    await machine.twin.kill();
    machine = await house.start(firmware);
    const { version } = await machine.twin.status();
    expect(version).not.toBe(firstVersion);
  });
});
