// Updates of a machine in a directory, over real HTTP and by the real curl, from a repository as `catamaran release` writes
// it: what is moved, what each fault does, and that the slot which runs is never touched.
import { expect, test } from 'vitest';
import { halt, rollBack } from '../../../src/release/pointers.ts';
import { makeRelease, type TestRelease } from './support/releases.ts';
import type { Rule } from './support/server.ts';
import { openWorld, type TestMachine, type World } from './support/world.ts';

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

async function expectInstalled(machine: TestMachine, slot: 'A' | 'B', release: TestRelease): Promise<void> {
  for (const part of ['boot', 'root', 'hash'] as const) {
    const found = await machine.part(part, slot);
    expect(found.subarray(0, release.images[part].length).equals(release.images[part]), part).toBe(true);
  }
  expect(machine.state()).toMatchObject({ first: slot, [slot]: 'try3' });
}

/** Everything that a failed update must leave as it was. */
async function expectUntouched(machine: TestMachine): Promise<void> {
  for (const part of ['boot', 'root', 'hash'] as const)
    expect(
      (await machine.part(part, 'A')).subarray(0, one.images[part].length).equals(one.images[part]),
    ).toBe(true);
  expect(machine.state()).toMatchObject({ first: 'A', A: 'good' });
  expect(machine.state().B).toMatch(/^(none|good)$/);
}

const faults = (world: World, ...rules: Rule[]) => world.server.setRules(rules);
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
  await expectUntouched(world.machine);
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

test('a connection that is cut again and again: what has come stays', async () => {
  const world = await openWorld(one);
  await world.publish(three);
  await faults(world, { path: '\\.root$', fault: { kind: 'cut', after: 700_000 }, times: 3 });
  expect(world.machine.agent('update')).toMatchObject({ status: 0 });
  await expectInstalled(world.machine, 'B', three);
  expect(await bytesOf(world, /\.root$/)).toBeLessThan(three.images.root.length + 3 * 700_000 + 1);
});

test('after a failure in the middle the next update goes on, and does not copy again', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  await world.publish(two);
  await faults(world, { path: '\\.root$', fault: { kind: 'cut', after: 1000 } });
  expect(machine.agent('update').status).toBe(1);
  await expectUntouched(machine);
  await faults(world);
  expect(machine.agent('update').said).toContain('going on where it stopped');
  await expectInstalled(machine, 'B', two);
});

test.each<[string, Rule]>([
  ['ranges refused for root', { path: '\\.root$', fault: { kind: 'no-ranges' } }],
  ['ranges refused for all', { path: '.', fault: { kind: 'no-ranges' } }],
])('%s: the whole image, and it is the same', async (_, rule) => {
  const world = await openWorld(one);
  await world.publish(two);
  await faults(world, rule);
  expect(world.machine.agent('update')).toMatchObject({ status: 0 });
  await expectInstalled(world.machine, 'B', two);
});

const refusals: readonly (readonly [string, Rule, string])[] = [
  [
    'an image that is damaged',
    { path: '\\.root$', fault: { kind: 'corrupt' } },
    'does not read as it was fetched',
  ],
  ['a hash tree that is damaged', { path: '\\.hash$', fault: { kind: 'corrupt' } }, 'is damaged'],
  [
    'a boot image that is damaged',
    { path: '\\.boot$', fault: { kind: 'corrupt', at: 5000 } },
    'does not read as it was fetched',
  ],
  ['metadata that is damaged', { path: 'snapshot', fault: { kind: 'corrupt' } }, 'hash'],
  [
    'a server that says nothing more',
    { path: '\\.root$', fault: { kind: 'stall', after: 10 } },
    'times in a row',
  ],
  ['metadata that never ends', { path: 'timestamp', fault: { kind: 'endless' } }, 'timestamp.json'],
  ['an image that never ends', { path: '\\.hash$', fault: { kind: 'endless' } }, '.hash'],
  ['403 for an image', { path: '\\.root$', fault: { kind: 'status', status: 403 } }, '403'],
  [
    '404 for metadata',
    { path: 'timestamp', fault: { kind: 'status', status: 404 } },
    'is not in the repository',
  ],
  ['500 for metadata', { path: 'timestamp', fault: { kind: 'status', status: 500 } }, '500'],
  ['500 for an image', { path: '\\.root$', fault: { kind: 'status', status: 500 } }, '500'],
  ['a redirect in a circle', { path: '.', fault: { kind: 'redirect', to: '/again' } }, 'redirects'],
  ['a redirect to a file', { path: '.', fault: { kind: 'redirect', to: 'file:///etc/passwd' } }, 'file'],
];

test('each fault is refused, and the machine is on what it ran', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  await world.publish(two);
  for (const [name, rule, reason] of refusals) {
    await faults(world, rule);
    // Nothing that has come before is of use.
    machine.host.removeFile('/run/catamaran/update/hash.img');
    machine.host.removeFile('/var/lib/catamaran/update/progress.json');
    machine.host.removeFile('/var/lib/catamaran/tuf/snapshot.json');
    const { status, said } = machine.agent('update');
    expect({ status, said }, name).toEqual({ status: 1, said: expect.stringContaining(reason) });
    await expectUntouched(machine);
    expect(machine.host.calls).not.toContain('reboot');
  }
  // And a good one afterwards.
  await faults(world);
  expect(machine.agent('update')).toMatchObject({ status: 0 });
  await expectInstalled(machine, 'B', two);
});

test('416 for ranges is an answer like "no ranges"', async () => {
  const world = await openWorld(one);
  await world.publish(two);
  await faults(world, { path: '\\.root$', fault: { kind: 'status', status: 416 }, times: 4 });
  expect(world.machine.agent('update')).toMatchObject({
    status: 0,
    said: expect.stringContaining('gives no ranges'),
  });
  await expectInstalled(world.machine, 'B', two);
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

test('a disk that fails while it is written: not armed', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  await world.publish(two);
  machine.host.beforeTransfer = (to) => {
    if (to === '/dev/vda8') throw new Error('/dev/vda8 cannot be written at byte 0');
  };
  expect(machine.agent('update').status).toBe(1);
  await expectUntouched(machine);
});

test('a block that the disk writes wrongly is seen when it is read back', async () => {
  const world = await openWorld(one);
  const { machine } = world;
  await world.publish(two);
  machine.host.intercept = (command) => {
    // The kernel has just been asked to forget what it has cached of root-b: now the medium speaks.
    if (command.join(' ') !== 'blockdev --flushbufs /dev/vda8') return undefined;
    const bytes = machine.host.readBytes('/dev/vda8', 0, 8 << 20);
    bytes[123_456]! = 0xee;
    machine.host.writeFile('/dev/vda8', bytes);
    return undefined;
  };
  expect(machine.agent('update')).toMatchObject({
    status: 1,
    said: expect.stringContaining('does not read'),
  });
  await expectUntouched(machine);
});

test('while the running slot is on trial nothing is written', async () => {
  const world = await openWorld(one);
  await world.publish(two);
  await world.machine.setState({ gen: 3, first: 'A', A: 'try2', B: 'good' });
  expect(world.machine.agent('update').said).toContain('confirm it first');
  expect(world.machine.state()).toEqual({ gen: 3, first: 'A', A: 'try2', B: 'good' });
});

test('an image that is larger than its partition is refused before anything is erased', async () => {
  const world = await openWorld(one);
  await world.publish(two);
  world.machine.host.writeFile('/sys/class/block/vda8/size', '1000\n');
  expect(world.machine.agent('update').said).toContain('a larger disk layout is needed');
  expect(world.machine.state()).toMatchObject({ gen: 1 });
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
  await expectUntouched(machine);
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
  await rollBack({ channel: 'stable', version: '1.0.0' }, await world.place.publisher());
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
  await faults(world, { path: '.', fault: { kind: 'status', status: 500 } });
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
  expect(machine.agent('channel', '../x').status).toBe(1);
});

test('called wrongly, it says how', async () => {
  const { machine } = await openWorld(one);
  for (const words of ['update --chek', 'update --check --now', 'update --waive-expiry', 'channel a b', ''])
    expect(machine.agent(...words.split(' ')), words).toMatchObject({
      status: 2,
      said: expect.stringContaining('usage:'),
    });
});
