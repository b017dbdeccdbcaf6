// What a repository that was forged, aged, mixed or half copied does to a machine that asks it, over real HTTP: rows 10 to 17
// of the fault table (docs/design/update-faults.md). The client's steps alone are held in test/tuf/client.slow.test.ts.
import { describe, expect, test } from 'vitest';
import { writePointer } from '../../../src/tuf/pointer.ts';
import { advance, day, type Files, type Plan, publishPlan, start } from '../../tuf/support/forge.ts';
import { expectInstalled, expectUntouched, refused } from './support/expect.ts';
import {
  type ForgedWorld,
  one,
  openForgedWorld,
  planOf,
  pointerTo,
  three,
  two,
} from './support/forged-world.ts';

const base = planOf([{ release: one }]);
const baseFiles = publishPlan(base);
/** The next state of the repository, in which stable points at 2.0.0. */
const next = (change: (plan: Plan) => void = () => {}): Plan =>
  advance(base, (plan) => {
    plan.targets = planOf([{ release: one }, { release: two }]).targets;
    change(plan);
  });
const nextFiles = (change?: (plan: Plan) => void): Files => publishPlan(next(change), new Map(baseFiles));
const pointerFile = 'channel-stable-amd64.json';

async function expectRefused({ machine }: ForgedWorld, reason: RegExp): Promise<void> {
  const { status, said } = machine.agent('update');
  expect({ status, said }).toEqual({ status: refused, said: expect.stringMatching(reason) });
  await expectUntouched(machine, one);
  expect(machine.state().gen).toBe(1);
}

/** A sound state of the repository, later than all that came before, is followed. */
async function expectWell(world: ForgedWorld): Promise<void> {
  world.machine.setClock(start);
  const later = nextFiles((plan) => {
    for (const role of Object.keys(plan.version)) plan.version[role]! += 10;
  });
  await world.serve(later);
  expect(world.machine.agent('update')).toMatchObject({ status: 0 });
  await expectInstalled(world.machine, 'B', two);
}

/** The machine knows the repository; then it is offered the forgery; then a sound one, which it takes. */
async function offer(
  forgery: Files,
  reason: RegExp,
  { known = baseFiles, now = start }: { known?: Files; now?: number } = {},
): Promise<void> {
  const world = await openForgedWorld(known);
  expect(world.machine.agent('update').status).toBe(0);
  world.machine.setClock(now);
  await world.serve(forgery);
  await expectRefused(world, reason);
  await expectWell(world);
}

describe('row 10: signatures', () => {
  test.each(['timestamp', 'snapshot', 'targets', 'releases', 'stable'])(
    'a wrong key for %s',
    async (role) => {
      await offer(
        nextFiles((plan) => (plan.signers[role] = ['mallory', 'mallory-2'])),
        /signature/,
      );
    },
  );

  test('below the threshold of stable', async () => {
    await offer(
      nextFiles((plan) => (plan.signers.stable = ['stable-3'])),
      /stable.json has 1 valid signature/,
    );
  });

  test('one key of stable twice', async () => {
    await offer(
      nextFiles((plan) => (plan.signers.stable = ['stable-1', 'stable-1'])),
      /has two signatures of one key/,
    );
  });
});

describe('row 11: expired metadata: no update, an alarm, and the machine runs on', () => {
  test.each(['timestamp', 'snapshot', 'targets', 'releases', 'stable'])('%s', async (role) => {
    const files = nextFiles((plan) => (plan.expires[role] = start + day));
    await offer(files, new RegExp(`${role}.json expired at .*and now is`), { now: start + day });
  });

  test('root', async () => {
    const plan = planOf([{ release: one }]);
    plan.expires.root = start + day;
    const world = await openForgedWorld(publishPlan(plan));
    expect(world.machine.agent('update').status).toBe(0);
    world.machine.setClock(start + day);
    await expectRefused(world, /root.json expired/);
    // A new root mends it.
    const renewed = advance(plan, (each) => {
      each.rootVersion = 2;
      each.expires = {};
    });
    await world.serve(publishPlan(renewed, publishPlan(plan)));
    expect(world.machine.agent('update').status).toBe(0);
  });
});

test('row 12: a freeze with the clock set back is seen by the time that was seen before', async () => {
  const plan = planOf([{ release: one }]);
  plan.expires.timestamp = start + 7 * day;
  const frozen = publishPlan(plan);
  const world = await openForgedWorld(frozen);
  // It has seen a later day, by metadata that was good then.
  await world.serve(
    publishPlan(
      advance(plan, (later) => (later.expires = {})),
      new Map(frozen),
    ),
  );
  world.machine.setClock(start + 8 * day);
  expect(world.machine.agent('update', '--check').status).toBe(0);
  const again = advance(advance(plan));
  await world.serve(publishPlan(again, new Map(frozen)));
  world.machine.setClock(Date.parse('2020-01-01') / 1000);
  await expectRefused(world, /timestamp.json expired/);
});

test('row 12: a clock that was never right is not believed below the day on which the image was built', async () => {
  const plan = planOf([{ release: one }]);
  plan.expires.timestamp = start;
  const world = await openForgedWorld(publishPlan(plan));
  await world.machine.setting(`not-before: ${start}`);
  world.machine.setClock(0);
  await expectRefused(world, /timestamp.json expired/);
});

describe('row 13: old and mixed files', () => {
  const newer = publishPlan(advance(base), new Map(baseFiles));

  test('an old repository is put back', async () => {
    await offer(baseFiles, /timestamp.json has version 1, older than 2/, { known: newer });
  });

  test('only the old timestamp is replayed by the server', async () => {
    const world = await openForgedWorld(baseFiles);
    const replayed = await openForgedWorld(baseFiles);
    await world.serve(newer);
    expect(world.machine.agent('update').status).toBe(0);
    await world.server.setRules([{ path: 'timestamp', fault: { kind: 'replay', from: replayed.directory } }]);
    await expectRefused(world, /timestamp.json has version 1/);
  });

  test('a snapshot that lists an older role', async () => {
    const back = advance(advance(base), (plan) => (plan.version.stable = 1));
    await offer(publishPlan(back, new Map(baseFiles)), /stable.json has version 1, older than 2/, {
      known: newer,
    });
  });

  test('a role is dropped', async () => {
    const dropped = advance(advance(base), (plan) => (plan.channels = ['stable']));
    await offer(publishPlan(dropped, new Map(baseFiles)), /no longer lists alpha.json/, { known: newer });
  });

  test.each(['snapshot', 'targets', 'stable'])('%s of another state', async (role) => {
    const mixed = nextFiles();
    mixed.set(`metadata/2.${role}.json`, baseFiles.get(`metadata/1.${role}.json`)!);
    await offer(mixed, /has \d+ bytes where|another hash/);
  });

  test('a pointer and a manifest of another state', async () => {
    for (const name of [pointerFile, 'lighthouse-2.0.0-amd64.manifest.json']) {
      const mixed = nextFiles();
      const path = [...mixed.keys()].find((each) => each.endsWith(name) && !baseFiles.has(each))!;
      const old = baseFiles.get([...baseFiles.keys()].find((each) => each.startsWith('targets/'))!)!;
      mixed.set(path, old);
      await offer(mixed, /has \d+ bytes where|another hash|file size exceeded/);
    }
  });
});

describe('row 14: what is older than what runs', () => {
  const releases = [
    { release: two, epoch: 3 },
    { release: one, epoch: 2 },
  ];
  const repository = (changes: Parameters<typeof pointerTo>[1], epoch = 2): Files =>
    publishPlan(planOf([releases[0]!, { release: one, epoch }], pointerTo({ release: one, epoch }, changes)));
  const openOnTwo = (files: Files) => openForgedWorld(files, { releases: [two, one, three] });

  test('is left alone without a word of the channel', async () => {
    const { machine } = await openOnTwo(repository({}));
    expect(machine.agent('update')).toMatchObject({
      status: 0,
      said: expect.stringContaining('newer, and stays'),
    });
    await expectUntouched(machine, two);
  });

  test('is not gone back to below the epoch that runs', async () => {
    const { machine } = await openOnTwo(repository({ rollback: true }));
    expect(machine.agent('update').said).toContain('below what this machine still takes');
    await expectUntouched(machine, two);
  });

  test('nor below the floor that was reached', async () => {
    const { machine } = await openOnTwo(repository({ rollback: true }, 3));
    machine.host.writeFile('/var/lib/catamaran/update/floor.json', '{"epoch":4}\n');
    expect(machine.agent('update').said).toContain('below what this machine still takes');
    await expectUntouched(machine, two);
  });

  test('is gone back to at the same epoch, when the channel says so', async () => {
    const { machine } = await openOnTwo(repository({ rollback: true }, 3));
    expect(machine.agent('update', '--apply').said).toContain('back from what runs');
    await expectInstalled(machine, 'B', one);
  });
});

describe('row 15: keys that change', () => {
  test('root from 1 to 5, of which each key is lost in turn', async () => {
    const world = await openForgedWorld(baseFiles);
    expect(world.machine.agent('update', '--check').status).toBe(0);
    const files = new Map(baseFiles);
    let plan = base;
    for (let version = 2; version <= 5; version++) {
      const { keys } = plan.roles.root!;
      // The first key is gone: the two that are left sign for the one that comes.
      plan = advance(plan, (each) => {
        each.rootVersion = version;
        each.roles.root = { keys: [...keys.slice(1), `root-${version + 2}`], threshold: 2 };
        each.signers.root = keys.slice(1);
        if (version === 5) each.targets = next().targets;
      });
      publishPlan(plan, files);
    }
    await world.serve(files);
    expect(world.machine.agent('update')).toMatchObject({ status: 0 });
    await expectInstalled(world.machine, 'B', two);
    const root = JSON.parse(world.machine.host.readText('/var/lib/catamaran/tuf/root.json')!);
    expect(root.signed.version).toBe(5);
  });

  test('an online key that was stolen and ran the versions up', async () => {
    const world = await openForgedWorld(baseFiles);
    const far = advance(base, (plan) => {
      for (const role of ['snapshot', 'timestamp']) plan.version[role] = 1_000_000;
    });
    await world.serve(publishPlan(far, new Map(baseFiles)));
    expect(world.machine.agent('update').status).toBe(0);
    // Without new keys there is no way back.
    await world.serve(nextFiles());
    await expectRefused(world, /timestamp.json has version 2, older than 1000000/);
    const rotated = nextFiles((plan) => {
      plan.rootVersion = 2;
      for (const role of ['snapshot', 'timestamp']) plan.roles[role] = { keys: ['online-2'], threshold: 1 };
    });
    await world.serve(rotated);
    expect(world.machine.agent('update')).toMatchObject({ status: 0 });
    await expectInstalled(world.machine, 'B', two);
  });

  test('a root that the old keys did not sign', async () => {
    const files = nextFiles((plan) => {
      plan.rootVersion = 2;
      plan.roles.root = { keys: ['mallory', 'mallory-2'], threshold: 2 };
      plan.signers.root = ['mallory', 'mallory-2'];
    });
    await offer(files, /2.root.json has 0 valid signatures/);
  });
});

test('row 16: an upload that stopped after any object: the old release is served until the last', async () => {
  const world = await openForgedWorld(baseFiles);
  const whole = nextFiles();
  // publishPlan's order is the publisher's: targets and roots, roles, snapshot, timestamp.
  const added = [...whole.keys()].filter((path) => !baseFiles.has(path));
  const partial = new Map(baseFiles);
  expect(added.length).toBeGreaterThan(5);
  for (const path of [undefined, ...added]) {
    if (path !== undefined) partial.set(path, whole.get(path)!);
    await world.serve(partial);
    const { status, said } = world.machine.agent('update', '--check');
    expect([path, status, said]).toEqual([path, 0, expect.stringContaining('stable points at 1.0.0')]);
  }
  partial.set('metadata/timestamp.json', whole.get('metadata/timestamp.json')!);
  await world.serve(partial);
  expect(world.machine.agent('update').status).toBe(0);
  await expectInstalled(world.machine, 'B', two);
});

describe('row 17: who has the keys of alpha', () => {
  test('signs for stable', async () => {
    await offer(
      nextFiles((plan) => (plan.signers.stable = ['alpha'])),
      /stable.json has 0 valid signatures/,
    );
  });

  test('speaks of stable: it is not asked', async () => {
    const world = await openForgedWorld(baseFiles);
    const forged = writePointer(pointerTo({ release: three }));
    const files = publishPlan(
      advance(base, (plan) => (plan.targets = { ...plan.targets, alpha: { [pointerFile]: forged } })),
      new Map(baseFiles),
    );
    await world.serve(files);
    expect(world.machine.agent('update').said).toContain('stable points at 1.0.0');
    await expectUntouched(world.machine, one);
  });

  test('brings in an image of its own', async () => {
    const world = await openForgedWorld(baseFiles);
    await world.machine.setting('channel: alpha');
    const alpha = writePointer(pointerTo({ release: three }, { channel: 'alpha' }));
    const { releases } = planOf([{ release: three }]).targets;
    const files = publishPlan(
      advance(base, (plan) => {
        plan.targets = { ...plan.targets, alpha: { 'channel-alpha-amd64.json': alpha, ...releases } };
      }),
      new Map(baseFiles),
    );
    await world.serve(files);
    await expectRefused(world, /3.0.0-amd64.manifest.json is signed by nobody/);
  });
});
