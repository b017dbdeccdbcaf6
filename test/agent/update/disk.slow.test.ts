// Disks that are too small, full, failing or lost: rows 18, 19 and 29 of the fault table (docs/design/update-faults.md). A full disk
// is /dev/full, of which the kernel says so.
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { publishPlan } from '../../tuf/support/forge.ts';
import { expectInstalled, expectUntouched, refused } from './support/expect.ts';
import { type ForgedWorld, one, openForgedWorld, planOf, pointerTo, two } from './support/forged-world.ts';

const toTwo = publishPlan(planOf([{ release: one }, { release: two }]));
const devices = { boot: '/dev/vda7', root: '/dev/vda8', hash: '/dev/vda9' } as const;
const parts = ['boot', 'root', 'hash'] as const;

async function expectRefused({ machine }: ForgedWorld, reason: RegExp): Promise<void> {
  const { status, said } = machine.agent('update');
  expect({ status, said }).toEqual({ status: refused, said: expect.stringMatching(reason) });
  await expectUntouched(machine, one);
}

async function expectWell({ machine }: ForgedWorld): Promise<void> {
  expect(machine.agent('update')).toMatchObject({ status: 0 });
  await expectInstalled(machine, 'B', two);
}

/** Puts a full disk in a file's place; answers with how it is taken away again. */
function fill({ machine }: ForgedWorld, path: string): () => void {
  const place = join(machine.host.root, path);
  mkdirSync(dirname(place), { recursive: true });
  rmSync(place, { force: true });
  symlinkSync('/dev/full', place);
  return () => rmSync(place);
}

describe('row 18: no room', () => {
  test.each(parts)(
    'the %s image is larger than its partition: refused before anything is erased',
    async (part) => {
      const world = await openForgedWorld(toTwo);
      const before = await world.machine.part('boot', 'B');
      world.machine.host.writeFile(`/sys/class/block/${devices[part].slice(5)}/size`, '8\n');
      await expectRefused(world, new RegExp(`the ${part} image has .* a larger disk layout is needed`));
      expect(world.machine.state().gen).toBe(1);
      expect(await world.machine.part('boot', 'B')).toEqual(before);
    },
  );

  test('/var is full: each file that is to be written there', async () => {
    const world = await openForgedWorld(toTwo);
    const { host } = world.machine;
    const files = [
      ...['timestamp', 'snapshot', 'targets', 'stable', 'pointer', 'manifest'].map(
        (name) => `tuf/${name}.json`,
      ),
      ...['update/progress.json', 'update/installed.json', 'slots/pending.json'],
    ];
    for (const file of files) {
      const free = fill(world, `/var/lib/catamaran/${file}.new`);
      for (const name of host.listDirectory('/var/lib/catamaran/tuf') ?? [])
        if (!name.endsWith('.new')) host.removeFile(`/var/lib/catamaran/tuf/${name}`);
      await expectRefused(world, /ENOSPC|no space/i);
      free();
    }
    await expectWell(world);
  });

  test('memory for what has been fetched is full', async () => {
    const world = await openForgedWorld(toTwo);
    const free = fill(world, '/run/catamaran/update/boot-head');
    await expectRefused(world, /ENOSPC|no space/i);
    free();
    await expectWell(world);
  });
});

describe('row 19: a disk that fails', () => {
  test.each(parts)('while the %s partition is written: nothing is armed', async (part) => {
    const world = await openForgedWorld(toTwo);
    const device = join(world.machine.host.root, devices[part]);
    renameSync(device, `${device}.real`);
    const free = fill(world, devices[part]);
    const { status } = world.machine.agent('update');
    expect(status).toEqual(refused);
    free();
    renameSync(`${device}.real`, device);
    await expectUntouched(world.machine, one);
    await expectWell(world);
  });

  test.each(parts)('and says nothing: a bad block of %s is seen when it is read back', async (part) => {
    const world = await openForgedWorld(toTwo);
    const { host } = world.machine;
    const { intercept } = host;
    // The kernel is asked to forget what it has cached of the partition: now the medium speaks.
    host.intercept = (command) => {
      if (command.join(' ') !== `blockdev --flushbufs ${devices[part]}`) return intercept?.(command);
      const bytes = host.readBytes(devices[part], 0, 1 << 20);
      bytes.fill(0xee, 5000, 5016);
      host.writeFile(devices[part], bytes);
      return { status: 0, output: '' };
    };
    await expectRefused(world, /does not read as it was|damaged/);
    expect(world.machine.state().B).toBe('none');
    host.intercept = intercept;
    await expectWell(world);
  });
});

describe('row 29: /var is wiped', () => {
  const releases = [
    { release: one, epoch: 3 },
    { release: two, epoch: 3 },
  ];
  const wipe = ({ machine }: ForgedWorld) =>
    rmSync(join(machine.host.root, 'var'), { recursive: true, force: true });

  test('trust begins anew at the image’s root, and the update comes', async () => {
    const world = await openForgedWorld(publishPlan(planOf(releases)));
    expect(world.machine.agent('update', '--download').status).toBe(0);
    wipe(world);
    await expectWell(world);
  });

  test('the floor is the epoch of what runs', async () => {
    const older = { release: two, epoch: 2 };
    const plan = planOf([releases[0]!, older], pointerTo(older));
    const world = await openForgedWorld(publishPlan(plan));
    world.machine.host.writeFile('/var/lib/catamaran/update/floor.json', '{"epoch":3}\n');
    wipe(world);
    expect(world.machine.agent('update').said).toContain('its epoch is below what this machine still takes');
    await expectUntouched(world.machine, one);
  });
});
