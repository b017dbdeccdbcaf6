// A publisher that dies at any of its writes: machines see the old state or the new one, and the next publisher goes on
// from there. The disk fails at a numbered step and stays failed, as a power cut does.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { addRelease } from '../../src/release/add.ts';
import type { Publisher } from '../../src/release/change/publisher.ts';
import { rotateKey } from '../../src/release/change/rotate-key.ts';
import { signPending } from '../../src/release/change/sign.ts';
import { promote } from '../../src/release/channel/pointers.ts';
import { collectReleases } from '../../src/release/gc.ts';
import { readImageDirectory } from '../../src/release/images.ts';
import { initRepository } from '../../src/release/init.ts';
import { refreshRepository } from '../../src/release/refresh.ts';
import { openDisk, type RepositoryDisk } from '../../src/release/repository/disk.ts';
import { createMemory } from '../../src/release/repository/local.ts';
import { verifyRepository } from '../../src/release/repository/verify.ts';
import { createKey } from '../../src/release/signing/keyring.ts';
import { writeSlot } from './support/images.ts';
import { atOnce, codeOf, keyNamed, person } from './support/people.ts';
import {
  copyWorkplace,
  follow,
  initRequest,
  now,
  openTufJs,
  openWorkplace,
  serve,
  temporaryDirectory,
  versionAt,
  type Workplace,
  workplaceAt,
} from './support/workplace.ts';

// Some hundred publications, each of which waits for the disk a dozen times.
vi.setConfig({ testTimeout: 10 * 60_000 });

class PowerCut extends Error {}

/** Whether it was cut, at whatever write. */
const isCut = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => false,
    () => true,
  );

/** Every write from number `step` on fails. `writes` counts all that were tried. */
function failingDisk(disk: RepositoryDisk, step: number) {
  const count = { writes: 0 };
  const guard =
    <A extends unknown[]>(write: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      if (count.writes++ >= step) throw new PowerCut(`at write ${step}`);
      await write(...args);
    };
  const failing: RepositoryDisk = {
    ...disk,
    create: guard(disk.create),
    copyIn: guard(disk.copyIn),
    replace: guard(disk.replace),
    remove: guard(disk.remove),
  };
  return { disk: failing, count };
}

async function preparePlace(): Promise<Workplace> {
  const place = await openWorkplace();
  await place.add({ version: '1.0', blocks: 2 });
  await place.add({ version: '1.1', blocks: 2 });
  await promote({ version: '1.1', to: 'alpha', points: atOnce }, await place.publisher());
  await writeSlot(join(place.base, 'images-next'), { version: '1.2', blocks: 2 });
  for (const name of ['fresh', 'fresh-root']) await createKey(place.keys, name);
  return place;
}

type Operation = (place: Workplace, publisher: Publisher) => Promise<unknown>;

const rotate =
  (old: string, fresh: string): Operation =>
  async (_place, publisher) =>
    rotateKey({ old: keyNamed(publisher, old).id, replacement: keyNamed(publisher, fresh) }, publisher);

const operations: Record<string, Operation> = {
  async add(place, publisher) {
    const release = await readImageDirectory(join(place.base, 'images-next'));
    await addRelease({ release, epoch: 1 }, publisher);
  },
  promote: (_place, publisher) => promote({ version: '1.1', to: 'stable', points: atOnce }, publisher),
  'refresh of a role': (_place, publisher) => refreshRepository(['releases', 'root'], publisher),
  'rotation of the online key': rotate('online', 'fresh'),
  'rotation of a root key': rotate('root-2', 'fresh-root'),
  'rotation of a channel key': rotate('alpha', 'fresh'),
  async gc(_place, publisher) {
    await collectReleases(1, publisher);
    await collectReleases(1, publisher);
  },
};

/** What a second attempt answers where the first one had got through just before it was cut. */
const doneAlready = [
  'release-version-taken',
  'release-in-channel',
  'release-not-newer',
  'release-key-unknown',
];

test.each(Object.keys(operations))('%s, cut at each of its writes', async (name) => {
  const operation = operations[name]!;
  const prepared = await preparePlace();
  const store = createMemory();
  await follow(prepared.repo, store);
  for (let step = 0; ; step++) {
    const place = await copyWorkplace(prepared);
    const machine = createMemory();
    await follow(place.repo, machine);
    const { disk, count } = failingDisk(openDisk(place.repo), step);
    const failure = await operation(place, await place.publisher({ disk })).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    // What was cut has not removed its lock either, when it was killed rather than thrown out.
    if (failure !== undefined) expect(failure).toBeInstanceOf(PowerCut);

    expect(await versionAt(place.repo, 'alpha', machine)).toBe('1.1');
    expect(await versionAt(place.repo, 'alpha')).toBe('1.1');
    const { updater } = await openTufJs(place.repo, await serve(place.repo));
    await updater.refresh();
    expect(await updater.getTargetInfo('channel-alpha-amd64.json')).toBeDefined();

    const again = await codeOf(operation(place, await place.publisher()));
    expect(['done', ...doneAlready]).toContain(again);
    expect(await versionAt(place.repo, 'alpha', machine)).toBe('1.1');
    await verifyRepository(place.repo, openDisk(place.repo), now);
    if (failure === undefined) {
      expect(count.writes).toBe(step);
      expect(step).toBeGreaterThanOrEqual(3);
      break;
    }
  }
});

test('an init that was cut is made again', async () => {
  for (let step = 0; ; step++) {
    const place = workplaceAt(await temporaryDirectory());
    await mkdir(place.repo);
    const { disk } = failingDisk(openDisk(place.repo), step);
    const request = initRequest(place);
    const cut = await isCut(initRepository({ ...request, disk }));
    if (!cut) {
      expect(step).toBe(7);
      break;
    }
    await initRepository(request);
    await verifyRepository(place.repo, openDisk(place.repo), now);
  }
});

test('a lost online key: machines wait while it is being replaced, and the next command ends what was cut', async () => {
  const prepared = await preparePlace();
  for (let step = 0; ; step++) {
    const place = await copyWorkplace(prepared);
    const machine = createMemory();
    await follow(place.repo, machine);
    const { disk } = failingDisk(openDisk(place.repo), step);
    const whole = await place.publisher();
    const online = keyNamed(whole, 'online');
    const keyring = whole.keyring.filter(({ id }) => id !== online.id);
    const request = { old: online.id, replacement: keyNamed(whole, 'fresh') };
    const cut = await isCut(rotateKey(request, { ...whole, disk, keyring }));
    if (!cut) {
      expect(step).toBeGreaterThanOrEqual(5);
      break;
    }
    await rotateKey(request, { ...whole, keyring }).catch((thrown) =>
      expect(thrown.code).toBe('release-key-unknown'),
    );
    await refreshRepository([], { ...whole, keyring });
    expect((await follow(place.repo, machine)).root.version).toBe(2);
    await verifyRepository(place.repo, openDisk(place.repo), now);
  }
});

test('signatures that come later, cut at each write', async () => {
  const prepared = await preparePlace();
  const two = async (place: Workplace, name: string) => ({
    ...(await person(place, name)),
    signLater: true,
  });
  await promote({ version: '1.1', to: 'stable', points: atOnce }, await two(prepared, 'stable-1'));
  await signPending(await two(prepared, 'stable-3'));
  for (let step = 0; ; step++) {
    const place = await copyWorkplace(prepared);
    const { disk } = failingDisk(openDisk(place.repo), step);
    const publisher = await two(place, 'online');
    const cut = await isCut(signPending({ ...publisher, disk }));
    if (!cut) {
      expect(step).toBe(4);
      break;
    }
    const before = await versionAt(place.repo, 'stable');
    // The very last write removes what waited; where it was cut, the next publisher does that.
    if (before === undefined) await signPending(publisher);
    else await refreshRepository([], publisher);
    expect(await versionAt(place.repo, 'stable')).toBe('1.1');
    expect(await openDisk(place.repo).list('.publisher/pending')).toEqual([]);
    await verifyRepository(place.repo, openDisk(place.repo), now);
  }
});

test('half written files that a dead publisher left are swept away, and a living one’s are not', async () => {
  const place = await openWorkplace();
  const { ownedName } = await import('../../src/store/owner.ts');
  const aside = join(place.repo, '.publisher/aside');
  const dead = ownedName().replace(/^\d+/, '999999999');
  await writeFile(join(aside, dead), 'half');
  await writeFile(join(aside, ownedName()), 'half');
  await refreshRepository([], await place.publisher());
  expect(await openDisk(place.repo).list('.publisher/aside')).toHaveLength(1);
});

test('an init that waits for signatures, cut at each write of its end', async () => {
  const prepared = workplaceAt(await temporaryDirectory());
  const bob = await temporaryDirectory();
  const theirs = await createKey(bob, 'root-2');
  await mkdir(prepared.keys);
  await writeFile(join(prepared.keys, 'root-2.json'), JSON.stringify({ public: theirs.public }));
  const { outcome } = await initRepository({
    ...initRequest(prepared),
    root: { keys: 2, threshold: 2 },
    signLater: true,
  });
  expect(outcome).toMatchObject({ state: 'waiting', shortages: [{ role: 'root', missing: ['root-2'] }] });
  for (let step = 0; ; step++) {
    const place = await copyWorkplace(prepared);
    const all = await place.publisher();
    const publisher = { ...all, keyring: [...all.keyring, theirs] };
    const { disk } = failingDisk(openDisk(place.repo), step);
    if (!(await isCut(signPending({ ...publisher, disk })))) {
      // Six files, and the drafts of four of them.
      expect(step).toBe(10);
      break;
    }
    expect(['done', 'release-nothing-pending']).toContain(await codeOf(signPending(publisher)));
    await refreshRepository([], publisher);
    expect(await openDisk(place.repo).list('.publisher/pending')).toEqual([]);
    await verifyRepository(place.repo, openDisk(place.repo), now);
  }
});
