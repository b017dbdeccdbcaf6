// Updates of a machine in a directory, over real HTTP and by the real curl, from a repository as `catamaran release` writes
// it: what is moved, and what each command does. What each fault does is in forged, network, disk and chain.slow.test.ts.
import { expect, test } from 'vitest';
import { halt, rollBackChannel } from '../../../src/release/channel/pointers.ts';
import { expectInstalled, expectUntouched } from './support/expect.ts';
import { makeRelease, type TestRelease } from './support/releases.ts';
import { openWorld, type World } from './support/world.ts';

const range = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

const one = await makeRelease({ version: '1.0.0', blocks: range(0, 700) });
/** 100 blocks of 700 are new, in the middle, and what follows has moved. */
const two = await makeRelease({
  version: '2.0.0',
  blocks: [...range(0, 300), ...range(5000, 100), ...range(350, 350)],
});
const three = await makeRelease({
  version: '3.0.0',
  blocks: range(9000, 700),
  kernel: 'other',
  initrd: 'another',
});

const bytesOf = async ({ server }: World, path: RegExp) =>
  (await server.takeRequests())
    .filter((each) => path.test(each.path))
    .reduce((sum, { bytes }) => sum + bytes, 0);

test('nothing to do where the channel points at what runs', async () => {
  const world = await openWorld(one);
  expect(world.machine.agent('update')).toEqual({
    status: 0,
    said: '1.0.0 runs, stable points at 1.0.0: nothing to do',
  });
  await expectUntouched(world.machine, one);
});

test('only what is new is moved; then the slot is armed and the machine reboots', async () => {
  const world = await openWorld(one);
  await world.publish(two);
  expect(world.machine.agent('update', '--check').said).toContain('2.0.0 is to be installed');
  await world.server.takeRequests();
  expect(world.machine.agent('update')).toMatchObject({ status: 0 });
  await expectInstalled(world.machine, 'B', two);
  expect(world.machine.host.calls).toContain('reboot');
  // 100 blocks, the hash tree, and of the boot image its head and a block; kernel and initrd are those of slot A.
  const moved = await bytesOf(world, /\.(root|hash|boot)$/);
  expect(moved).toBeGreaterThanOrEqual(100 * 4096);
  expect(moved).toBeLessThan(100 * 4096 + two.images.hash.length + (64 << 10) + 8192);
  expect(world.machine.host.readText('/var/lib/catamaran/slots/pending.json')).toContain(two.rootHash);
});

test('there and back again, and on to something wholly different', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  await world.publish(two);
  expect(machine.agent('update').status).toBe(0);
  await machine.boot(two, 'B');
  await machine.setState({ gen: 9, first: 'B', A: 'good', B: 'good' });
  machine.host.removeFile('/var/lib/catamaran/slots/pending.json');
  await world.publish(three);
  expect(machine.agent('update', '--apply').status).toBe(0);
  await expectInstalled(machine, 'A', three);
});

test('download, then apply, then reboot are three steps where a person wants three', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  await world.publish(two);
  expect(machine.agent('update', '--download').said).toContain('--apply puts it on trial');
  expect(machine.state()).toMatchObject({ first: 'A', A: 'good', B: 'none' });
  await world.server.takeRequests();
  expect(machine.agent('update', '--apply').status).toBe(0);
  await expectInstalled(machine, 'B', two);
  expect(await bytesOf(world, /\.root$/)).toBe(0);
  expect(machine.host.calls).not.toContain('reboot');
});

test('what waits for a reboot is taken back when the channel halts it', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  await world.publish(two);
  machine.agent('update', '--apply');
  await halt('stable', await world.place.publisher());
  expect(machine.agent('update')).toMatchObject({ status: 0, said: expect.stringContaining('halted') });
  expect(machine.state()).toMatchObject({ first: 'A', A: 'good', B: 'bad' });
});

test('blocks of the running slot that have gone bad are fetched after all', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  const bytes = await machine.part('root', 'A');
  bytes[40 * 4096 + 5]! ^= 1;
  machine.host.writeFile('/dev/vda5', bytes);
  await world.publish(two);
  expect(machine.agent('update').said).toContain('once more, with nothing from slot A');
  await expectInstalled(machine, 'B', two);
});

test('what was rolled back here is not tried again, unless a person says so', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  await world.publish(two);
  machine.host.writeFile(
    '/var/lib/catamaran/slots/failed.json',
    JSON.stringify([{ version: '2.0.0', rootHash: two.rootHash }]),
  );
  expect(machine.agent('update')).toMatchObject({ status: 0, said: expect.stringContaining('--force') });
  await expectUntouched(machine, one);
  expect(machine.agent('update', '--force', '--apply').status).toBe(0);
  await expectInstalled(machine, 'B', two);
});

test('the epoch floor rises once what runs is confirmed, and then holds, even against a rollback', async () => {
  const world = await openWorld(one, { epoch: 1 });
  const { machine } = world;
  const floor = () => machine.host.readText('/var/lib/catamaran/update/floor.json');
  await world.publish(two, { epoch: 2, floorEpoch: 2 });
  machine.agent('update');
  // Not while 1.0.0 runs: the floor is never above it.
  expect(floor()).toBe('{"epoch":1}\n');
  await machine.boot(two, 'B');
  await machine.setState({ gen: 9, first: 'B', A: 'good', B: 'try2' });
  machine.agent('update');
  expect(floor()).toBe('{"epoch":1}\n');
  await machine.setState({ gen: 10, first: 'B', A: 'good', B: 'good' });
  machine.host.removeFile('/var/lib/catamaran/slots/pending.json');
  machine.agent('update');
  expect(floor()).toBe('{"epoch":2}\n');
  // The old slot is never fallen back to.
  expect(machine.state()).toMatchObject({ A: 'bad', B: 'good' });
});

test('a rollback of the channel is followed', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  await world.publish(two);
  await machine.boot(two, 'A');
  await rollBackChannel({ channel: 'stable', version: '1.0.0' }, await world.place.publisher());
  expect(machine.agent('update', '--apply').said).toContain('1.0.0 is to be installed, back from what runs');
  expect(machine.state()).toMatchObject({ first: 'B', B: 'try3' });
});

test('a clock that was set back does not make old metadata fresh, and lost memory is found again', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  expect(machine.agent('update', '--check').status).toBe(0);
  machine.host.intercept = ([name]) => (name === 'date' ? { status: 0, output: '1600000000\n' } : undefined);
  expect(machine.agent('update', '--check').status).toBe(0);
  machine.host.intercept = ([name]) => (name === 'date' ? { status: 0, output: '2600000000\n' } : undefined);
  expect(machine.agent('update', '--check').said).toMatch(/expired/);
  machine.host.intercept = undefined;
  for (const name of ['root', 'timestamp', 'snapshot', 'targets', 'clock'])
    machine.host.writeFile(`/var/lib/catamaran/tuf/${name}.json`, name === 'clock' ? '{"ti' : '\u00ff torn');
  expect(machine.agent('update', '--check')).toMatchObject({ status: 0 });
});

test('the same tree on a disk that somebody brings', async () => {
  const world = await openWorld(one);
  await world.publish(two);
  await world.server.setRules([{ path: '.', fault: { kind: 'status', status: 500 } }]);
  expect(world.machine.agent('update', '--apply', '--offline-media', world.place.repo)).toMatchObject({
    status: 0,
  });
  await expectInstalled(world.machine, 'B', two);
});

test('the channel is changed by command, and the file stays as its person wrote it', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  await machine.setting('# mine\nring: late');
  expect(machine.agent('channel')).toEqual({ status: 0, said: 'stable' });
  expect(machine.agent('channel', 'alpha').status).toBe(0);
  expect(machine.agent('channel')).toEqual({ status: 0, said: 'alpha' });
  expect(machine.host.readText('/etc/catamaran/update.yml')).toBe('# mine\nring: late\nchannel: alpha\n');
  expect(machine.agent('channel', 'beta').status).toBe(0);
  expect(machine.host.readText('/etc/catamaran/update.yml')).toBe('# mine\nring: late\nchannel: beta\n');
  expect(machine.agent('update').said).toContain('has no release for amd64 in its channel beta');
  expect(machine.agent('channel', '../x').status).toBe(2);
  expect(machine.agent('channel', 'alhpa')).toEqual({
    status: 2,
    said: expect.stringMatching(/no channel alhpa[\s\S]*It has alpha, beta, stable/),
  });
  expect(machine.agent('channel')).toEqual({ status: 0, said: 'beta' });
});

test('called wrongly, it says how', async () => {
  const { machine } = await openWorld(one);
  for (const words of ['update --chek', 'update --check --now', 'update --waive-expiry', 'channel a b', ''])
    expect(machine.agent(...words.split(' ')), words).toMatchObject({
      status: 2,
      said: expect.stringContaining('usage:'),
    });
});

test('deploy holds the machine to a release that the channel does not point at, and upgrade lets it go', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  await world.publish(two);
  await world.publish(three);
  const unknown = machine.agent('deploy', '9.9.9');
  expect(unknown).toMatchObject({ status: 2, said: expect.stringContaining('has no release 9.9.9') });
  await expectUntouched(machine, one);
  const boot = async (release: TestRelease, slot: 'A' | 'B') => {
    await machine.boot(release, slot);
    await machine.setState({ gen: 9, first: slot, A: 'good', B: 'good' });
    machine.host.removeFile('/var/lib/catamaran/slots/pending.json');
  };

  expect(machine.agent('deploy', '2.0.0').said).toContain('held to 2.0.0');
  await expectInstalled(machine, 'B', two);
  // The channel neither takes it back nor replaces it.
  expect(machine.agent('update').status).toBe(0);
  await expectInstalled(machine, 'B', two);
  await boot(two, 'B');
  expect(machine.agent('update').said).toContain('held to 2.0.0: nothing to do');

  expect(machine.agent('upgrade').said).toContain('3.0.0 is to be installed');
  await expectInstalled(machine, 'A', three);
  await boot(three, 'A');
  expect(machine.agent('deploy', '1.0.0').status).toBe(0);
  await expectInstalled(machine, 'B', one);
});
