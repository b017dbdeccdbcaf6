// The life of a repository: releases, channels, rollouts, keys; each state read by our client and by tuf-js over HTTP.
import { hash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readReleaseManifest } from '../../../src/contract/release-manifest.ts';
import { fetchSignedManifest } from '../../../src/contract/signed-release.ts';
import { rotateKey } from '../../../src/release/change/rotate-key.ts';
import { halt, pause, promote, rollBackChannel, rollOut } from '../../../src/release/channel/pointers.ts';
import { collectReleases } from '../../../src/release/gc.ts';
import { refreshRepository } from '../../../src/release/refresh.ts';
import { openDisk } from '../../../src/release/repository/disk.ts';
import { createMemory } from '../../../src/release/repository/local.ts';
import { verifyRepository } from '../../../src/release/repository/verify.ts';
import { createKey } from '../../../src/release/signing/keyring.ts';
import { readRepositoryStatus } from '../../../src/release/status.ts';
import { readPointer } from '../../../src/tuf/channel.ts';
import { fetchTarget, findTarget } from '../../../src/tuf/client.ts';
import { shareAt } from '../../../src/tuf/rollout.ts';
import { atOnce, codeOf, keyNamed } from '../support/people.ts';
import {
  day,
  follow,
  now,
  openTufJs,
  openWorkplace,
  serve,
  versionAt,
  type Workplace,
} from '../support/workplace.ts';

/** tuf-js refreshes, finds and downloads all that the repository lists. Answers with how many targets it read. */
async function readAllByTufJs({ repo }: Workplace): Promise<number> {
  const { updater } = await openTufJs(repo, await serve(repo));
  await updater.refresh();
  const names = new Set<string>();
  for (const file of await openDisk(repo).list('targets')) names.add(file.slice(65));
  let count = 0;
  for (const name of names) {
    const info = await updater.getTargetInfo(name);
    if (info === undefined) continue;
    const path = await updater.downloadTarget(info);
    expect((await readFile(path)).length).toBe(info.length);
    count += 1;
  }
  return count;
}

test('from an empty repository to stable, machines of both kinds following', async () => {
  const place = await openWorkplace();
  const store = createMemory();
  expect(await readAllByTufJs(place)).toBe(0);
  expect(await versionAt(place.repo, 'stable', store)).toBeUndefined();

  await place.add({ version: '1.0.0' });
  await place.add({ version: '1.0.0', arch: 'arm64' });
  expect(await versionAt(place.repo, 'alpha', store)).toBeUndefined();
  await promote({ version: '1.0.0', to: 'alpha', points: atOnce }, await place.publisher());
  expect(await versionAt(place.repo, 'alpha', store)).toBe('1.0.0');
  await promote({ version: '1.0.0', from: 'alpha', to: 'beta', points: atOnce }, await place.publisher());
  await promote({ version: '1.0.0', from: 'beta', to: 'stable', points: atOnce }, await place.publisher());
  expect(await versionAt(place.repo, 'stable', store)).toBe('1.0.0');

  // The same manifest in every channel: a promotion builds and uploads nothing.
  const client = await follow(place.repo, store);
  const refs = ['alpha', 'beta', 'stable'].map(
    (channel) => readPointer(client, channel, 'amd64')!.release.manifest.sha256,
  );
  expect(new Set(refs).size).toBe(1);
  const pointer = readPointer(client, 'stable', 'arm64')!;
  const manifest = fetchSignedManifest(client, pointer.release, { os: 'lighthouse', arch: 'arm64' });
  // The agent's stage reads the same bytes.
  const listed = findTarget(client, pointer.release.manifest.name)!;
  const staged = readReleaseManifest(Buffer.from(fetchTarget(client, listed)).toString(), 'it');
  expect(staged.roothash).toBe(manifest.roothash);
  expect(manifest.parts).toMatchObject(staged.parts);
  const image = findTarget(client, manifest.parts.root.target)!;
  expect(fetchTarget(client, image)).toEqual(
    new Uint8Array(await readFile(join(place.base, 'images-1.0.0-arm64/root.img'))),
  );
  // Two releases of five files, three channels for two architectures.
  expect(await readAllByTufJs(place)).toBe(16);
  expect(await verifyRepository(place.repo, (await place.publisher()).disk, now)).toMatchObject({
    roles: 8,
    releases: 2,
    pointers: 6,
    files: 16,
  });
});

test('a promotion needs a release, a channel that has it, and a newer version', async () => {
  const place = await openWorkplace();
  await place.add({ version: '1.0' });
  await place.add({ version: '1.1' });
  const publisher = await place.publisher();
  const to = (version: string, channel: string, from?: string) =>
    codeOf(promote({ version, to: channel, from, points: atOnce }, publisher));
  expect(await to('2.0', 'alpha')).toBe('release-no-version');
  expect(await to('1.0', 'gamma')).toBe('release-no-channel');
  expect(await to('1.0', 'beta', 'alpha')).toBe('release-not-in-channel');
  expect(await to('1.1', 'alpha')).toBe('done');
  expect(await to('1.1', 'alpha')).toBe('release-in-channel');
  expect(await to('1.0', 'alpha')).toBe('release-not-newer');
});

test('a version is added once, for its own OS, from images that belong together', async () => {
  const place = await openWorkplace();
  await place.add({ version: '1.0' });
  expect(await place.add({ version: '1.0' })).toMatchObject({
    already: true,
    outcome: { state: 'published', roles: [] },
  });
  expect(await codeOf(place.add({ version: '1.0' }, { epoch: 2 }))).toBe('release-version-taken');
  expect(await codeOf(place.add({ version: '1.1', os: 'other' }))).toBe('release-foreign-os');
  const { writeSlot } = await import('../support/images.ts');
  const { addRelease } = await import('../../../src/release/add.ts');
  const directory = join(place.base, 'broken');
  for (const [file, change] of [
    ['root.img', (bytes: Buffer) => bytes.fill(1, 5000, 5001)],
    ['root.img', (bytes: Buffer) => bytes.subarray(0, 8192)],
    ['hash.img', (bytes: Buffer) => bytes.fill(1, 9000, 9001)],
    ['hash.img', (bytes: Buffer) => bytes.fill(0, 0, 100)],
    ['boot.img', (bytes: Buffer) => bytes.fill(0, 512, 1024)],
  ] as const) {
    const release = await writeSlot(directory, { version: '1.2' });
    const path = join(directory, file);
    const bent = change(await readFile(path));
    await writeFile(path, bent);
    // A manifest that lies along: what is inside must still fit together.
    const part = release.manifest.parts[file.slice(0, 4) as 'boot'];
    const parts = {
      ...release.manifest.parts,
      [file.slice(0, 4)]: { size: bent.length, sha256: hash('sha256', bent) },
    };
    const lying = { ...release, manifest: { ...release.manifest, parts } };
    expect(part).not.toEqual(parts[file.slice(0, 4) as 'boot']);
    expect(await codeOf(addRelease({ release: lying, epoch: 1 }, await place.publisher()))).toBe(
      'release-image-malformed',
    );
    expect(await codeOf(addRelease({ release, epoch: 1 }, await place.publisher()))).toBe(
      'release-image-malformed',
    );
  }
});

test('rollout, pause, halt and rollback', async () => {
  const place = await openWorkplace();
  const publisher = await place.publisher();
  for (const version of ['1.0', '1.1', '1.2']) await place.add({ version });
  const pointer = async () => readPointer(await follow(place.repo), 'beta', 'amd64')!;
  await promote({ version: '1.0', to: 'beta', points: atOnce }, publisher);
  const curve = [
    [0, 100],
    [day, 2000],
    [3 * day, 10_000],
  ] as const;
  await promote({ version: '1.1', to: 'beta', points: curve }, publisher);
  const first = await pointer();
  expect([0, day, 3 * day].map((after) => shareAt(first.rollout, now + after))).toEqual([100, 2000, 10_000]);

  const later = { ...publisher, now: now + day };
  await pause('beta', later);
  expect(shareAt((await pointer()).rollout, now + 30 * day)).toBe(2000);
  await rollOut({ version: '1.1', channel: 'beta', points: [[0, 5000]] }, later);
  const resumed = await pointer();
  expect(resumed.rollout.salt).toBe(first.rollout.salt);
  expect(shareAt(resumed.rollout, now + day)).toBe(5000);
  const slower = await rollOut({ version: '1.1', channel: 'beta', points: [[0, 1000]] }, later);
  expect(slower.warnings).toHaveLength(1);

  await halt('beta', later);
  expect((await pointer()).halted).toBe(true);
  await rollBackChannel({ version: '1.0', channel: 'beta' }, later);
  expect(await pointer()).toMatchObject({
    halted: false,
    rollback: true,
    seq: 7,
    release: { version: '1.0' },
  });
  expect(await codeOf(rollBackChannel({ version: '1.2', channel: 'beta' }, later))).toBe('release-not-older');
  await promote({ version: '1.2', to: 'beta', points: atOnce }, later);
  expect(await pointer()).toMatchObject({ rollback: false, release: { version: '1.2' } });
  expect(await codeOf(rollOut({ version: '1.1', channel: 'beta', points: atOnce }, later))).toBe(
    'release-not-in-channel',
  );
  expect(await codeOf(pause('stable', later))).toBe('release-channel-empty');
});

test('epochs only rise, and stepping stones are kept as long as they are needed', async () => {
  const place = await openWorkplace();
  const publisher = await place.publisher();
  const to = async (version: string, floorEpoch?: number) =>
    promote({ version, to: 'alpha', points: atOnce, floorEpoch }, publisher);
  const stones = async () =>
    readPointer(await follow(place.repo), 'alpha', 'amd64')!.stones.map(({ version }) => version);
  await place.add({ version: '1.0' });
  await place.add({ version: '2.0' }, { minFrom: '1.0' });
  await place.add({ version: '3.0' }, { epoch: 2, minFrom: '2.0' });
  await place.add({ version: '3.1' }, { epoch: 2, minFrom: '2.0' });
  await place.add({ version: '4.0' }, { epoch: 2 });
  await place.add({ version: '4.1' }, { epoch: 1 });
  await to('1.0');
  await to('2.0');
  expect(await stones()).toEqual(['1.0']);
  await to('3.0');
  expect(await stones()).toEqual(['2.0', '1.0']);
  await to('3.1', 2);
  expect(await stones()).toEqual(['2.0', '1.0']);
  await to('4.0');
  expect(await stones()).toEqual([]);
  expect(await codeOf(to('4.1'))).toBe('release-epoch-low');
  expect(await codeOf(rollBackChannel({ version: '2.0', channel: 'alpha' }, publisher))).toBe(
    'release-epoch-low',
  );
  expect(await codeOf(rollBackChannel({ version: '3.1', channel: 'alpha' }, publisher))).toBe('done');
});

test('a jump over a stone that the channel never had is warned of, and can be given', async () => {
  const place = await openWorkplace();
  const publisher = await place.publisher();
  await place.add({ version: '1.0' });
  await place.add({ version: '2.0' });
  await place.add({ version: '3.0' }, { minFrom: '2.0' });
  for (const channel of ['alpha', 'beta']) {
    await promote({ version: '1.0', to: channel, points: atOnce }, publisher);
  }
  const bare = await promote({ version: '3.0', to: 'alpha', points: atOnce }, publisher);
  expect(bare.warnings).toEqual(['amd64: machines older than 2.0 have no way to 3.0']);
  const given = await promote({ version: '3.0', to: 'beta', points: atOnce, stones: ['2.0'] }, publisher);
  expect(given.warnings).toEqual([]);
  expect(given.pointers[0]!.stones.map(({ version }) => version)).toEqual(['2.0']);
});

test('refresh renews timestamp each time, snapshot when half of its time is over, others by name', async () => {
  const place = await openWorkplace();
  const publisher = await place.publisher();
  const at = async (time: number) => {
    const { client, roles } = await import('../../../src/release/repository/state.ts').then(
      ({ readRepositoryState: readState }) => readState(place.repo, publisher.disk, time),
    );
    return [client.timestamp.version, client.snapshot.version, roles.get('alpha')!.version];
  };
  await refreshRepository([], { ...publisher, now: now + 5 * day });
  expect(await at(now)).toEqual([2, 1, 1]);
  await refreshRepository([], { ...publisher, now: now + 16 * day });
  expect(await at(now)).toEqual([3, 2, 1]);
  await refreshRepository(['alpha', 'root'], { ...publisher, now: now + 17 * day });
  expect(await at(now)).toEqual([4, 3, 2]);
  const status = await readRepositoryStatus(place.repo, publisher.disk, now + 100 * day);
  expect(Object.fromEntries(status.roles.map(({ role, state }) => [role, state]))).toEqual({
    root: 'fresh',
    timestamp: 'expired',
    snapshot: 'expired',
    targets: 'fresh',
    releases: 'fresh',
    alpha: 'soon',
    beta: 'expired',
    stable: 'expired',
  });
  expect(await codeOf(refreshRepository(['gamma'], publisher))).toBe('release-no-role');
  expect(await readAllByTufJs(place)).toBe(0);
});

test('an expired repository is reported by verify and mended by refresh', async () => {
  const place = await openWorkplace();
  const publisher = await place.publisher();
  const late = { ...publisher, now: now + 10 * day };
  expect(await codeOf(verifyRepository(place.repo, publisher.disk, late.now))).toBe('tuf-expired');
  await refreshRepository([], late);
  expect(await codeOf(verifyRepository(place.repo, publisher.disk, late.now))).toBe('done');
});

test.each(['online', 'targets', 'releases', 'alpha', 'stable-2', 'root-1'])(
  'key %s is rotated, with the old one at hand; machines follow',
  async (name) => {
    const place = await openWorkplace();
    await place.add({ version: '1.0' });
    const before = await place.publisher();
    await promote({ version: '1.0', to: 'alpha', points: atOnce }, before);
    const store = createMemory();
    expect(await versionAt(place.repo, 'alpha', store)).toBe('1.0');
    const replacement = await createKey(place.keys, 'fresh');
    const old = keyNamed(before, name).id;
    const { roles } = await rotateKey({ old, replacement }, await place.publisher());
    expect(roles.length).toBeGreaterThan(0);
    expect(await versionAt(place.repo, 'alpha', store)).toBe('1.0');

    // From now on the old key is worth nothing, and the new one is enough.
    const keyring = (await place.publisher()).keyring.filter((key) => key.name !== name);
    await place.add({ version: '1.1' });
    await promote({ version: '1.1', to: 'alpha', points: atOnce }, { ...before, keyring });
    expect(await versionAt(place.repo, 'alpha', store)).toBe('1.1');
    expect(await versionAt(place.repo, 'alpha')).toBe('1.1');
    await readAllByTufJs(place);
    expect(await codeOf(rotateKey({ old, replacement }, await place.publisher()))).toBe(
      'release-key-unknown',
    );
  },
);

test('a lost online key is replaced by the root keys alone', async () => {
  const place = await openWorkplace();
  const store = createMemory();
  await versionAt(place.repo, 'alpha', store);
  const publisher = await place.publisher();
  const old = keyNamed(publisher, 'online').id;
  const replacement = await createKey(place.keys, 'online-2');
  const keyring = (await place.publisher()).keyring.filter((key) => key.id !== old);
  await rotateKey({ old, replacement }, { ...publisher, keyring });
  expect((await follow(place.repo, store)).root.version).toBe(2);
  await readAllByTufJs(place);
});

test('gc signs out what is old and unused, and removes files one run later', async () => {
  const place = await openWorkplace();
  const publisher = await place.publisher();
  for (const version of ['1.0', '1.1', '1.2', '1.3']) await place.add({ version });
  await promote({ version: '1.0', to: 'stable', points: atOnce }, publisher);
  const first = await collectReleases(2, publisher);
  expect(first.dropped).toEqual(['1.1']);
  expect(first.removed.filter((path) => path.startsWith('targets/'))).toEqual([]);
  const second = await collectReleases(2, publisher);
  expect(second.dropped).toEqual([]);
  expect(second.removed.filter((path) => path.includes('-1.1-'))).toHaveLength(5);
  expect((await readdir(join(place.repo, 'metadata'))).sort()).toEqual([
    '1.alpha.json',
    '1.beta.json',
    '1.root.json',
    '1.targets.json',
    '2.stable.json',
    '6.releases.json',
    '7.snapshot.json',
    'timestamp.json',
  ]);
  expect(await codeOf(verifyRepository(place.repo, publisher.disk, now))).toBe('done');
  await readAllByTufJs(place);
});

test('gc keeps the stepping stones of a channel', async () => {
  const place = await openWorkplace();
  const publisher = await place.publisher();
  for (const version of ['1.0', '2.0', '2.1']) await place.add({ version });
  await place.add({ version: '3.0' }, { minFrom: '2.0' });
  await promote({ version: '3.0', to: 'alpha', points: atOnce, stones: ['2.0'] }, publisher);
  expect((await collectReleases(1, publisher)).dropped.toSorted()).toEqual(['1.0', '2.1']);
});

test('verify finds damaged, missing and foreign files, all at once', async () => {
  const place = await openWorkplace();
  await place.add({ version: '1.0' });
  const { disk } = await place.publisher();
  const files = (await readdir(join(place.repo, 'targets'))).sort();
  const root = files.find((file) => file.endsWith('.root'))!;
  const boot = files.find((file) => file.endsWith('.boot'))!;
  const bytes = await readFile(join(place.repo, 'targets', root));
  await writeFile(join(place.repo, 'targets', root), bytes.fill(9, 0, 1));
  await writeFile(join(place.repo, 'targets', boot), 'short');
  const failure = await verifyRepository(place.repo, disk, now).catch((thrown) => thrown);
  expect(failure.diagnostics.map(({ message }: { message: string }) => message)).toEqual([
    `targets/${boot} has 5 bytes, not ${(await readFile(join(place.base, 'images-1.0-amd64/boot.img'))).length}`,
    `targets/${root} has another hash than its name says`,
  ]);
});
