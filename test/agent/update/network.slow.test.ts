// What each fault of the network does to an update, over real HTTP and by the real curl: rows 6 to 9 of the fault table
// (docs/design/update-faults.md). After a fault the machine is on what it ran, and the next update comes to its end.
import { describe, expect, test } from 'vitest';
import { publishPlan } from '../../tuf/support/forge.ts';
import { expectInstalled, expectUntouched, refused } from './support/expect.ts';
import { type ForgedWorld, one, openForgedWorld, planOf, three, two } from './support/forged-world.ts';
import type { Fault, Rule } from './support/server.ts';

const toTwo = publishPlan(planOf([{ release: one }, { release: two }]));
/** Nothing of it is in 1.0.0 but the last blocks. */
const toThree = publishPlan(planOf([{ release: one }, { release: three }]));

async function expectRefused({ machine, server }: ForgedWorld, rules: readonly Rule[], reason: RegExp) {
  await server.setRules(rules);
  const { status, said } = machine.agent('update');
  expect({ rules, status, said }).toEqual({ rules, status: refused, said: expect.stringMatching(reason) });
  await expectUntouched(machine, one);
}

/** Nothing that has come before is of use to the next attempt. */
function forget({ machine }: ForgedWorld): void {
  for (const path of ['/run/catamaran/update/hash.img', '/var/lib/catamaran/update/progress.json'])
    machine.host.removeFile(path);
  for (const name of machine.host.listDirectory('/var/lib/catamaran/tuf') ?? [])
    machine.host.removeFile(`/var/lib/catamaran/tuf/${name}`);
}

/** In seconds: how long it waits for a server. */
const patience = ({ machine }: ForgedWorld, seconds: number) =>
  machine.host.writeFile('/run/catamaran/patience', `${seconds}\n`);

async function expectWell({ machine, server }: ForgedWorld): Promise<void> {
  await server.setRules([]);
  expect(machine.agent('update')).toMatchObject({ status: 0 });
  await expectInstalled(machine, 'B', two);
}

async function expectEachRefused(
  faults: readonly (readonly [string, Fault, RegExp])[],
  seconds = 60,
): Promise<void> {
  const world = await openForgedWorld(toTwo);
  patience(world, seconds);
  for (const [path, fault, reason] of faults) {
    forget(world);
    await expectRefused(world, [{ path, fault }], reason);
  }
  patience(world, 60);
  await expectWell(world);
}

describe('row 6: a download that ends too early', () => {
  test('again and again: what has come stays', async () => {
    const world = await openForgedWorld(toThree);
    const rules = [{ path: '\\.root$', fault: { kind: 'cut', after: 60_000 }, times: 3 }] as const;
    await world.server.setRules(rules);
    expect(world.machine.agent('update')).toMatchObject({ status: 0 });
    await expectInstalled(world.machine, 'B', three);
  });

  test('for good: the next update goes on there, and the bytes are the same', async () => {
    const world = await openForgedWorld(toThree);
    const { machine } = world;
    await expectRefused(world, [{ path: '\\.root$', fault: { kind: 'cut', after: 1000 } }], /times in a row/);
    await world.server.setRules([]);
    expect(machine.agent('update').said).toContain('going on where it stopped');
    await expectInstalled(machine, 'B', three);
  });

  test('in a server without ranges: from the beginning', async () => {
    const world = await openForgedWorld(toThree);
    await world.server.setRules([
      { path: '\\.(root|boot)$', fault: { kind: 'cut', after: 50_000 }, times: 2 },
      { path: '\\.(root|boot)$', fault: { kind: 'no-ranges' } },
    ]);
    expect(world.machine.agent('update')).toMatchObject({ status: 0 });
    await expectInstalled(world.machine, 'B', three);
  });

  test('in metadata and in small files', () =>
    expectEachRefused(
      ['timestamp', 'snapshot', 'targets.json', 'stable.json', 'channel-stable', 'manifest', 'hash$'].map(
        (path) => [path, { kind: 'cut', after: 100 }, /curl: \(18\)|transfer closed/] as const,
      ),
    ));
});

describe('row 7: bits that flip on the way', () => {
  test('in metadata, pointer and manifest', () =>
    expectEachRefused(
      ['timestamp', 'snapshot', '1.targets', '1.stable', '1.releases', 'channel-stable', 'manifest'].map(
        (path) =>
          [
            path,
            { kind: 'corrupt' },
            /hash|signature|JSON|canonical|malformed|has \w+|is not an? \w+/,
          ] as const,
      ),
    ));

  test('in the hash tree: its superblock, a leaf, its end', () =>
    expectEachRefused(
      [0, 4096, -1].map((at) => ['\\.hash$', { kind: 'corrupt', at: placeIn('hash', at) }, /is damaged/]),
    ));

  test('in the root image: where it begins, where it is new', () =>
    expectEachRefused(
      [0, 10 * 4096].map((at) => ['\\.root$', { kind: 'corrupt', at }, /does not read as it was fetched/]),
    ));

  test('in the boot image: its first block, what names the root hash, kernel, initrd', () =>
    expectEachRefused(
      [100, 5000, 60_000, -30_000].map((at) => [
        '\\.boot$',
        { kind: 'corrupt', at: placeIn('boot', at) },
        /does not read as it was fetched/,
      ]),
    ));

  test('in ranges that come in another order', () =>
    expectEachRefused([
      ['\\.root$', { kind: 'reorder' }, /does not read as it was fetched/],
      ['\\.boot$', { kind: 'reorder' }, /does not read as it was fetched/],
    ]));
});

/** From the end where it is negative. */
function placeIn(part: 'boot' | 'hash', at: number): number {
  return at < 0 ? two.images[part].length + at : at;
}

describe('row 8: an answer that does not come to its end', () => {
  test('a server that says nothing more', () =>
    expectEachRefused(
      [
        ['timestamp', { kind: 'stall', after: 10 }, /too slow|timed out/],
        ['\\.root$', { kind: 'stall', after: 10 }, /times in a row/],
      ],
      2,
    ));

  test('a byte now and then', () =>
    expectEachRefused(
      [
        ['snapshot', { kind: 'trickle' }, /too slow/],
        ['\\.hash$', { kind: 'trickle' }, /too slow/],
      ],
      2,
    ));

  test('a body without an end', () =>
    expectEachRefused([
      ['timestamp', { kind: 'endless' }, /timestamp.json/],
      ['manifest', { kind: 'endless' }, /manifest.json/],
      ['\\.hash$', { kind: 'endless' }, /\.hash/],
      ['\\.root$', { kind: 'endless' }, /\.root/],
    ]));
});

describe('row 9: answers that are none', () => {
  const status = (code: number): Fault => ({ kind: 'status', status: code });

  test('403, 404, 500', () =>
    expectEachRefused([
      ['timestamp', status(403), /is not in the repository/],
      ['timestamp', status(404), /is not in the repository/],
      ['timestamp', status(500), /500/],
      ['2.root', status(500), /500/],
      ['manifest', status(404), /is not in the repository/],
      ['\\.hash$', status(404), /404/],
      ['\\.root$', status(403), /403/],
      ['\\.root$', status(500), /500/],
    ]));

  test('403 for the next root is like 404: object stores say so', async () => {
    const world = await openForgedWorld(toTwo);
    await world.server.setRules([{ path: '2.root', fault: status(403) }]);
    expect(world.machine.agent('update')).toMatchObject({ status: 0 });
    await expectInstalled(world.machine, 'B', two);
  });

  test.each<[string, Rule]>([
    ['416 for ranges', { path: '\\.root$', fault: status(416), times: 4 }],
    ['ranges refused for the root image', { path: '\\.root$', fault: { kind: 'no-ranges' } }],
    ['ranges refused for all', { path: '.', fault: { kind: 'no-ranges' } }],
  ])('%s: the whole image, and it is the same', async (_, rule) => {
    const world = await openForgedWorld(toTwo);
    await world.server.setRules([rule]);
    expect(world.machine.agent('update')).toMatchObject({
      status: 0,
      said: expect.stringContaining('gives no ranges'),
    });
    await expectInstalled(world.machine, 'B', two);
  });

  test('redirects: in a circle, and out of the network', () =>
    expectEachRefused([
      ['.', { kind: 'redirect', to: '/again' }, /redirects/],
      ['.', { kind: 'redirect', to: 'file:///etc/passwd' }, /file/],
      ['\\.root$', { kind: 'redirect', to: 'file:///etc/passwd' }, /file/],
    ]));

  test('nobody listens', async () => {
    const world = await openForgedWorld(toTwo);
    await world.server.close();
    const { status, said } = world.machine.agent('update');
    expect({ status, said }).toEqual({ status: 4, said: expect.stringMatching(/connect/) });
    await expectUntouched(world.machine, one);
  });
});
