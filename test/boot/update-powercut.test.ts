// At any instant of an update over HTTP the machine can lose its power: the next boot runs a complete, verified version, and
// the machine can still be updated. The power is cut at every numbered point and at random instants, while blocks are
// copied from the running slot and fetched. One of these machines comes up with a clock at 1970 and without network, and
// goes on by TLS.

import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { crashPoints } from '../../src/agent/slots/crash-points.ts';
import { exitCodes } from '../../src/base/exit-codes.ts';
import { inspectImage } from '../../src/disk/inspect.ts';
import { refreshRepository } from '../../src/release/refresh.ts';
import { otherSlot, type SlotName } from '../../src/slots/constants.ts';
import { randomFrom } from '../faults/random.ts';
import { everything, faultTable } from '../faults/table.ts';
import {
  addressFor,
  type Lighthouse,
  makeLighthouse,
  network,
  openGate,
  readCertificates,
  writeText,
} from '../support/lighthouse.ts';
import { atPowerCut, copyDisk, startTwin, type TwinMachine, withTwin } from '../support/twin-machine.ts';

const minute = 60_000;
const day = 86_400;
/** How often the power is cut at a random instant. */
const cuts = everything ? Number(process.env.CATAMARAN_CUTS ?? 100) : 1;
const seed = 5;
const settings = '/etc/catamaran/update.yml';
const heardAt = '/var/lib/catamaran/tuf/clock.json';
const table = faultTable('power cut in an update');

let lighthouse: Lighthouse;
let oldHash: string;
const path = (name: string) => join(lighthouse.place.base, `${name}.raw`);
beforeAll(async () => {
  lighthouse = await makeLighthouse();
  // The release that runs is known, so that what is cut is an update by chunks.
  await lighthouse.add('1.0.0');
  await lighthouse.add('2.0.0');
  await lighthouse.add('3.0.0');
  await lighthouse.promote('2.0.0', 'stable');
  await lighthouse.promote('3.0.0', 'alpha');
  oldHash = (await inspectImage(lighthouse.disk)).slots[0]!.archive!.verity!.rootHash;
}, 20 * minute);
afterAll(() => lighthouse?.close());

/** Runs 1.0.0, reaches the server, and does nothing by itself. */
async function startOld(disk: string): Promise<TwinMachine> {
  const machine = await startTwin({ disk, scratch: lighthouse.place.base, extra: network });
  try {
    await machine.ready('A');
    const url = `url: ${addressFor(lighthouse.server)}\n`;
    await machine.run(`mkdir -p /etc/catamaran && ${writeText(settings, url)} && sync`);
    return machine;
  } catch (error) {
    await machine.kill();
    throw error;
  }
}

/** To the last bit. */
async function expectWhole(disk: string, slot: SlotName, rootHash: string): Promise<void> {
  const { slots } = await inspectImage(disk, { verify: true });
  const { archive, checks = [] } = slots.find(({ name }) => name === slot)!;
  expect(archive?.verity?.rootHash).toBe(rootHash);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
}

const hashOf = (version: string) => lighthouse.manifests.get(version)!.roothash;

/** The disk as the power left it boots a whole version, and then takes an update to its end. */
async function expectWell(disk: string): Promise<SlotName> {
  const [slot, next] = await withTwin(
    { disk, scratch: lighthouse.place.base, extra: network },
    async (machine) => {
      const slot = await machine.ready('either');
      const { rootHash } = await machine.status();
      expect(rootHash).toBe(slot === 'A' ? oldHash : hashOf('2.0.0'));
      if (slot === 'B') await machine.serial.waitFor(/slot B with 2.0.0 is good/, 5 * minute);
      return [slot, await expectUpdated(machine, slot)] as const;
    },
  );
  await expectWhole(disk, slot, slot === 'A' ? oldHash : hashOf('2.0.0'));
  await expectWhole(disk, otherSlot(slot), hashOf(next));
  return slot;
}

/** From 1.0.0 once more to 2.0.0, and from there, once that is confirmed, to 3.0.0. Answers with the version. */
async function expectUpdated(machine: TwinMachine, slot: SlotName): Promise<string> {
  const version = slot === 'A' ? '2.0.0' : '3.0.0';
  if (slot === 'B') await machine.run('catamaran-agent channel alpha');
  await machine.run('catamaran-agent update --apply', 10 * minute);
  expect(await machine.status()).toMatchObject({
    next: otherSlot(slot),
    slots: { [slot]: { status: 'good' }, [otherSlot(slot)]: { status: 'try3', version } },
  });
  return version;
}

/** Starts the update and waits until it has come to this point, where it stays. */
async function updateUpTo(machine: TwinMachine, point: (typeof crashPoints)[number]): Promise<void> {
  const number = crashPoints.indexOf(point) + 1;
  await machine.run(`echo ${number} >/run/catamaran/crash-at`);
  await machine.run('catamaran-agent update --apply >/run/update.log 2>&1 &');
  await machine.serial.waitFor(new RegExp(`crash point ${number}, ${point}`), 10 * minute);
}

if (everything) {
  // The others are of `stage` and `confirm` alone.
  const points = crashPoints
    .slice(0, crashPoints.indexOf('confirm env1'))
    .filter((point) => point !== 'begin root' && point !== 'begin hash');

  test(
    'at each point of an update the next boot is whole, and the next update succeeds',
    async () => {
      const work = await copyDisk(lighthouse.disk, path('work'));
      const machine = await startOld(work);
      try {
        for (const point of points) {
          await updateUpTo(machine, point);
          await atPowerCut(machine, { disk: work, to: path('cut') }, (cut) =>
            table.count(`after "${point}"`, async () => {
              // The commit point is the first copy of the state that arms it.
              expect(await expectWell(cut)).toBe(point.startsWith('arm') ? 'B' : 'A');
            }),
          );
          await machine.run('rm /run/catamaran/crash-at; killall qjs sleep; true');
          // What is armed is taken back, or there would be nothing more to do for the next one.
          if (point.startsWith('arm')) await machine.run('catamaran-agent rollback');
        }
      } finally {
        await machine.kill();
      }
    },
    120 * minute,
  );
}

test(
  `at ${cuts} random instants of an update the next boot is whole, and the next update succeeds`,
  async () => {
    const random = randomFrom(seed);
    const work = await copyDisk(lighthouse.disk, path('work'));
    const machine = await startOld(work);
    try {
      const again = 'while :; do catamaran-agent update --apply && catamaran-agent rollback; done';
      await machine.run(`${again} >/run/update.log 2>&1 &`);
      for (let count = 0; count < cuts; count++) {
        await sleep(500 + random() * 20_000);
        await atPowerCut(machine, { disk: work, to: path('cut') }, (cut) =>
          table.count('at a random instant', () => expectWell(cut)),
        );
        await unlink(path('cut'));
      }
    } finally {
      await machine.kill();
    }
  },
  300 * minute,
);

/** The server by TLS, with an authority of its own: the machine's clock has to be within the life of the certificates. */
async function changeToTls(machine: TwinMachine): Promise<void> {
  const { ca, server: certificate } = await readCertificates();
  const gate = await openGate(lighthouse.server.url, certificate);
  onTestFinished(() => gate.close());
  await machine.run(writeText('/etc/catamaran/ca.pem', ca));
  await machine.run(writeText(settings, `url: ${gate.url}\nca: /etc/catamaran/ca.pem\n`));
}

/** In seconds since 1970. The RTC is not set by what the system's clock is. */
async function readClock(machine: TwinMachine): Promise<number> {
  expect(Number(await machine.run('cat /sys/class/rtc/rtc0/since_epoch'))).toBeLessThan(day);
  return Number(await machine.run('date +%s'));
}

/** What the machine knows to be past: when its image was built, and when it last heard of its channel. */
async function readPast(machine: TwinMachine): Promise<{ image: number; heard: number }> {
  const read = async (field: string, file: string) =>
    Number(await machine.run(`sed -n 's/.*"${field}": *\\([0-9]*\\).*/\\1/p' ${file}`));
  return {
    image: await read('not-before', '/usr/lib/catamaran/update.json'),
    heard: await read('time', heardAt),
  };
}

test(
  'a trial with its clock at 1970 and no network is confirmed; old metadata stays expired, fresh metadata is taken by TLS',
  async () => {
    const work = await copyDisk(lighthouse.disk, path('work'));
    const before = await startOld(work);
    await updateUpTo(before, 'arm env1').finally(() => before.kill());
    const extra = [...network, '-rtc', 'base=1970-01-01'];
    await withTwin({ disk: work, scratch: lighthouse.place.base, extra }, async (machine) => {
      const setLink = (up: boolean) => machine.control.execute('set_link', { name: 'net0', up });
      await setLink(false);
      await machine.ready('B');
      const { image, heard } = await readPast(machine);
      expect(image).toBeLessThan(heard);
      expect(await readClock(machine)).toBeGreaterThanOrEqual(heard);
      await machine.serial.waitFor(/slot B with 2.0.0 is good/, 5 * minute);
      await machine.run('catamaran-agent channel alpha; echo 1 >/run/catamaran/patience');
      const refused = async (fault: 'network' | 'integrity', reason: RegExp) => {
        const { status, output } = await machine.try('catamaran-agent update --apply');
        expect({ status, output }).toEqual({
          status: exitCodes[fault],
          output: expect.stringMatching(reason),
        });
        expect(await machine.status()).toMatchObject({
          version: '2.0.0',
          next: 'B',
          slots: { A: { status: 'good' }, B: { status: 'good' } },
        });
      };
      await refused('network', /curl: \(/);

      await setLink(true);
      await machine.run('rm /run/catamaran/patience');
      // A repository that nobody has renewed since, with signatures that are good.
      const { publisher } = lighthouse.place;
      const now = Math.floor(Date.now() / 1000);
      await refreshRepository([], await publisher({ now: now - 60 * day }));
      await refused('integrity', /timestamp\.json expired/);
      await refreshRepository([], await publisher({ now }));
      await changeToTls(machine);
      expect(await expectUpdated(machine, 'B')).toBe('3.0.0');

      // A machine that has forgotten what it heard begins with its image.
      await machine.run(`rm ${heardAt} && reboot`);
      await machine.ready('A');
      const clock = await readClock(machine);
      expect(clock).toBeGreaterThanOrEqual(image);
      expect(clock).toBeLessThan(heard);
      expect(await machine.run('catamaran-agent update --check')).toContain('alpha points at 3.0.0');
      const raised = machine.serial.text.match(/the clock said 1970-01-01T\S+; raised to \d{4}-/g);
      expect(raised).toHaveLength(2);
    });
    await expectWhole(work, 'A', hashOf('3.0.0'));
  },
  30 * minute,
);
