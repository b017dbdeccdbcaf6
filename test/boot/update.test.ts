// A machine follows its channel without a hand: its own service polls, fetches what is new, reboots, passes the health gate
// and confirms, A → B → A → B. On the way the server is down, a version is skipped, a stepping stone is taken, the
// publisher calls a release back, and one update comes by TLS. What the server sends is counted: little more than the one
// service that is new, and where that has only moved by some bytes, next to nothing. Two updates; ten by `npm run test:faults`.
import { createHash } from 'node:crypto';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { rollBackChannel } from '../../src/release/channel/pointers.ts';
import { otherSlot, type SlotName } from '../../src/slots/constants.ts';
import { noise } from '../agent/update/support/releases.ts';
import { everything } from '../faults/table.ts';
import {
  type Gate,
  type Lighthouse,
  makeLighthouse,
  network,
  openGate,
  payloadSize,
  readCertificates,
  writeText,
} from '../support/lighthouse.ts';
import { type TwinMachine, withTwin } from '../support/twin-machine.ts';

const minute = 60_000;
const settings = '/etc/catamaran/update.yml';
const log = '/var/log/update/current';
const failed = /catamaran-agent update --poll: http:\S+: curl: \(/;

const versions = Array.from({ length: everything ? 10 : 2 }, (_, index) => `1.${index + 1}.0`);

/** Has nothing new but the place of what 1.1.0 has. */
const movedVersion = '1.2.0';

const figures: string[] = [];
afterAll(() => console.log(['update    slot  seconds  requests      bytes', ...figures].join('\n')));

/** Waits for this version, confirmed in the other slot, and counts what came for it. */
async function expectFollowed(
  { server, manifests }: Lighthouse,
  machine: TwinMachine,
  from: SlotName,
  version: string,
): Promise<SlotName> {
  const { roothash, parts } = manifests.get(version)!;
  const began = Date.now();
  const slot = otherSlot(from);
  await machine.ready(slot, 15 * minute);
  await machine.serial.waitFor(new RegExp(`slot ${slot} with ${version} is good`), 5 * minute);
  const seconds = Math.round((Date.now() - began) / 1000);
  const status = await machine.status();
  expect(status).toMatchObject({
    ...{ slot, version, rootHash: roothash, next: slot, state: 'whole', failed: [] },
    slots: { A: { status: 'good' }, B: { status: 'good' } },
    last: { result: 'confirmed', slot, version, rootHash: roothash },
  });
  expect(status.pending).toBeUndefined();
  const requests = await server.takeRequests();
  const moved = requests.reduce((sum, { bytes }) => sum + bytes, 0);
  const most = version === movedVersion ? payloadSize / 2 : 1.1 * payloadSize + parts.root.size / 100;
  expect(moved).toBeGreaterThan(version === movedVersion ? 0 : payloadSize);
  expect(moved, `${requests.length} requests for ${version}`).toBeLessThan(most);
  // Its own and that of what runs, where they are not kept already; none where 1.0.0 runs, which the repository lacks.
  const indexes = requests.filter(({ path }) => path.endsWith('.chunks')).length;
  expect(indexes).toBeLessThanOrEqual(version === '1.1.0' ? 0 : version === movedVersion ? 2 : 1);
  if (version === movedVersion) expect(indexes).toBe(2);
  const counts = [
    String(seconds).padStart(7),
    String(requests.length).padStart(8),
    String(moved).padStart(9),
  ];
  figures.push(`${version.padEnd(8)}  ${slot}     ${counts.join('  ')}`);
  return slot;
}

/** The server is away when the machine asks for the first time, and comes back. */
async function expectBackOff(machine: TwinMachine, gate: Gate): Promise<void> {
  gate.open = false;
  await machine.run('touch /etc/follows && sv up /run/service/_update');
  const appointed = 'until [ -s failures ] && [ $(cat next) -lt 3600 ]; do sleep 1; done; cat failures next';
  const said = await machine.run(`cd /run/catamaran/update; ${appointed}`, 10 * minute);
  const [failures, seconds] = said.split('\n').map(Number);
  expect(failures).toBe(1);
  // Three quarters to five quarters of the interval, by the machine's id.
  expect(seconds).toBeGreaterThanOrEqual(45);
  expect(seconds).toBeLessThanOrEqual(75);
  const logged = `until grep -q "curl: (" ${log}; do sleep 1; done; cat ${log}`;
  expect(await machine.run(logged)).toMatch(failed);
  expect(await machine.status()).toMatchObject({ next: 'A', slots: { A: { status: 'good' } } });
  gate.open = true;
}

/** An authority that the machine does not know is refused; with the right one the machine goes on by TLS. */
async function changeToTls({ server }: Lighthouse, machine: TwinMachine): Promise<void> {
  const { ca, server: certificate, stranger } = await readCertificates();
  const gate = await openGate(server.url, certificate);
  onTestFinished(() => gate.close());
  await machine.run(writeText('/etc/catamaran/stranger.pem', stranger));
  await machine.run(writeText('/etc/catamaran/ca.pem', ca));
  const lines = (authority: string) =>
    `url: ${gate.url}\\ninterval: 60s\\nca: /etc/catamaran/${authority}.pem`;
  await machine.run(`echo -e '${lines('stranger')}' >${settings}`);
  const refused = await machine.try('catamaran-agent update --check');
  expect(refused).toMatchObject({ status: 4, output: expect.stringMatching(/https:.*certificate/) });
  expect(gate.passed).toBe(0);
  await machine.run(`echo -e '${lines('ca')}' >${settings}`);
}

/** As one change for the machine: whoever asks in between is sent away. */
async function publishTogether(gate: Gate, action: () => Promise<unknown>): Promise<void> {
  gate.open = false;
  await action();
  gate.open = true;
}

test(
  everything ? 'ten updates, A → B → A → B' : 'A → B → A',
  async () => {
    const lighthouse = await makeLighthouse();
    onTestFinished(() => lighthouse.close());
    const { server, disk, place, promote } = lighthouse;
    for (const version of versions) {
      const more = { '1.7.0': { minFrom: '1.6.0' }, [movedVersion]: { movedFrom: '1.1.0' } }[version];
      await lighthouse.add(version, more);
    }
    const gate = await openGate(server.url);
    onTestFinished(() => gate.close());
    await promote('1.1.0');
    await withTwin({ disk, scratch: place.base, extra: network }, async (machine) => {
      let slot = await machine.ready('A');
      const follow = async (version: string) => {
        slot = await expectFollowed(lighthouse, machine, slot, version);
      };
      await machine.run(`mkdir -p /etc/catamaran && echo -e 'url: ${gate.url}\\ninterval: 60s' >${settings}`);
      await expectBackOff(machine, gate);
      await follow('1.1.0');
      const said = await machine.run(`cat ${log}`);
      const [before, after] = [said.search(failed), said.search(/1\.1\.0 is to be installed/)];
      expect(before).toBeGreaterThanOrEqual(0);
      expect(after).toBeGreaterThan(before);
      expect(said.slice(after)).toContain('rebooting into 1.1.0');
      const sum = createHash('sha256').update(noise('1.1.0', payloadSize)).digest('hex');
      expect(await machine.run('sha256sum /containers/services/payload/lower/usr/share/noise')).toContain(
        sum,
      );

      await changeToTls(lighthouse, machine);
      await promote('1.2.0');
      await follow('1.2.0');
      if (!everything) return;

      await machine.run(`echo -e 'url: ${gate.url}\\ninterval: 60s' >${settings}`);
      await publishTogether(gate, async () => {
        await promote('1.3.0');
        await promote('1.4.0');
      });
      await follow('1.4.0');
      await promote('1.5.0');
      await follow('1.5.0');
      // 1.7.0 takes machines from 1.6.0 on.
      await publishTogether(gate, async () => {
        await promote('1.6.0');
        await promote('1.7.0');
      });
      await follow('1.6.0');
      await follow('1.7.0');
      for (const version of ['1.8.0', '1.9.0', '1.10.0']) {
        await promote(version);
        await follow(version);
      }
      await rollBackChannel({ version: '1.9.0', channel: 'stable' }, await place.publisher());
      await follow('1.9.0');
      expect(await machine.run('catamaran-agent update --check')).toContain('nothing to do');
    });
  },
  (everything ? 120 : 30) * minute,
);
