// Updates by chunks, over real HTTP: what has moved by a few bytes is copied all the same. And every way in which an index
// can be wrong, missing or a lie: each ends with the new release, whole, by the leaves or fetched, and with a line that says why.
import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type ChunkIndex, writeChunkIndex } from '../../../src/contract/chunk-index.ts';
import type { TargetFileRef } from '../../../src/contract/release-manifest.ts';
import { chunkingOf, listChunks } from '../../../src/release/chunking/index-images.ts';
import { chunkIndexName, targetPath } from '../../../src/tuf/names.ts';
import { publishPlan } from '../../tuf/support/forge.ts';
import { expectInstalled } from './support/expect.ts';
import { type ForgedWorld, openForgedWorld, planOf } from './support/forged-world.ts';
import { makeRelease, noise, type TestRelease } from './support/releases.ts';
import { openWorld } from './support/world.ts';

const blocks = Array.from({ length: 250 }, (_, at) => at);
const kernels = { kernel: 'same', initrd: 'same', bootSize: 140_000 };
const one = await makeRelease({ version: '1.0.0', blocks, ...kernels });
const two = await makeRelease({
  version: '2.0.0',
  blocks,
  inserted: { at: 230, bytes: noise('new', 777) },
  ...kernels,
});
const three = await makeRelease({
  version: '3.0.0',
  blocks,
  inserted: { at: 90, bytes: noise('newer', 1234) },
  ...kernels,
});

async function listsOf({ images }: TestRelease): Promise<ChunkIndex> {
  const list = (part: 'boot' | 'root' | 'hash') => listChunks([images[part]], chunkingOf[part]);
  return { boot: await list('boot'), root: await list('root'), hash: await list('hash') };
}

const refOf = ({ version }: TestRelease, bytes: Uint8Array): TargetFileRef => ({
  target: chunkIndexName({ os: 'lighthouse', version, arch: 'amd64' }),
  size: bytes.length,
  sha256: hash('sha256', bytes, 'hex'),
});

/** Slot A runs 1.0.0, the channel points at 2.0.0; the indexes are signed, whatever they say. */
async function openChunkWorld({
  old,
  fresh,
  served = fresh,
}: {
  old?: Uint8Array;
  fresh: Uint8Array;
  served?: Uint8Array | undefined;
}): Promise<ForgedWorld> {
  const was = old ?? writeChunkIndex(await listsOf(one));
  const releases = [
    { release: one, chunks: refOf(one, was) },
    { release: two, chunks: refOf(two, fresh) },
  ];
  const world = await openForgedWorld(publishPlan(planOf(releases)), { releases: [one, two] });
  for (const [{ target, sha256 }, bytes] of [
    [refOf(one, was), was],
    [refOf(two, fresh), served],
  ] as const) {
    const path = join(world.directory, targetPath(target, sha256));
    await mkdir(dirname(path), { recursive: true });
    if (bytes.length > 0) await writeFile(path, bytes);
  }
  return world;
}

const bytesOf = async ({ server }: Pick<ForgedWorld, 'server'>, path: RegExp) =>
  (await server.takeRequests())
    .filter((each) => path.test(each.path))
    .reduce((sum, { bytes }) => sum + bytes, 0);

test('what has moved by some bytes is copied; the index of what runs is fetched once and then kept', async () => {
  const world = await openWorld(one);
  const { machine, server } = world;
  await world.publish(two);
  await server.takeRequests();
  expect(machine.agent('update', '--apply')).toMatchObject({ status: 0 });
  await expectInstalled(machine, 'B', two);
  let requests = await server.takeRequests();
  const moved = (ending: string) =>
    requests.filter(({ path }) => path.endsWith(ending)).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(moved('.root')).toBeGreaterThan(777);
  expect(moved('.root')).toBeLessThan(40_000);
  expect(moved('.boot')).toBeLessThan(40_000);
  expect(requests.filter(({ path }) => path.endsWith('.chunks'))).toHaveLength(2);
  expect(machine.host.listDirectory('/var/lib/catamaran/update/chunks')).toHaveLength(2);

  await machine.boot(two, 'B');
  await machine.setState({ gen: 9, first: 'B', A: 'good', B: 'good' });
  machine.host.removeFile('/var/lib/catamaran/slots/pending.json');
  await world.publish(three);
  await server.takeRequests();
  expect(machine.agent('update', '--apply')).toMatchObject({ status: 0 });
  await expectInstalled(machine, 'A', three);
  requests = await server.takeRequests();
  expect(moved('.root')).toBeLessThan(40_000);
  expect(requests.filter(({ path }) => path.endsWith('.chunks'))).toHaveLength(1);
  const kept = machine.host.listDirectory('/var/lib/catamaran/update/chunks');
  expect(kept?.map((name) => name.slice(0, 64)).sort()).toEqual([two.rootHash, three.rootHash].sort());
});

const sound = writeChunkIndex(await listsOf(two));
const lists = await listsOf(two);
const bent = (at: number, byte: number) => {
  const bytes = sound.slice();
  bytes[at] = byte;
  return bytes;
};
/** Every chunk of the root is said to be one that 1.0.0 has. */
const old = await listsOf(one);
const lying = writeChunkIndex({
  ...lists,
  root: { ids: lists.root.ids.map((_, at) => old.root.ids[at % 2]!), sizes: lists.root.sizes.map(() => 1) },
});
const short = lists.root.sizes.slice();
short[0]! -= 1;

/** The ids of the chunks of 1.0.0, in another order, with sizes of their own that add up. */
async function falseIndex(part: 'boot' | 'root' | 'hash'): Promise<Uint8Array> {
  const there = (await listsOf(one))[part];
  const size = two.images[part].length;
  const sizes: number[] = [];
  const ids: number[] = [];
  for (let at = 0, rest = size; rest > 0; at++) {
    const chunk = (at * 7 + 3) % there.sizes.length;
    const next = Math.min(there.sizes[chunk]!, rest);
    sizes.push(next);
    ids.push(there.ids[2 * chunk]!, there.ids[2 * chunk + 1]!);
    rest -= next;
  }
  return writeChunkIndex({
    ...lists,
    [part]: { ids: Uint32Array.from(ids), sizes: Uint32Array.from(sizes) },
  });
}

test.each<[string, Parameters<typeof openChunkWorld>[0], RegExp]>([
  ['is not there', { fresh: sound, served: new Uint8Array(0) }, /\.chunks: .*404.*; comparing the leaves/],
  ['has another hash', { fresh: sound, served: bent(100, 1) }, /another hash .*; comparing the leaves/],
  ['is another file', { fresh: new Uint8Array(500).fill(65) }, /does not begin as .*; comparing the leaves/],
  ['is of a newer format', { fresh: bent(16, 9) }, /has format 9; .*; comparing the leaves/],
  ['has chunks without end', { fresh: bent(27, 99) }, /more than is read; comparing the leaves/],
  ['has more chunks than bytes', { fresh: bent(25, 1) }, /ends before byte .*; comparing the leaves/],
  ['makes another size', { fresh: lying }, /bytes of root where .*; comparing the leaves/],
  [
    'lacks a byte',
    { fresh: writeChunkIndex({ ...lists, root: { ids: lists.root.ids, sizes: short } }) },
    /bytes of root where .*; comparing the leaves/,
  ],
  [
    'of what runs is garbage',
    { fresh: sound, old: new Uint8Array(400) },
    /does not begin .*; comparing the leaves/,
  ],
  [
    'lies of the root',
    { fresh: await falseIndex('root') },
    /root-b does not read .*\nonce more, by the leaves/,
  ],
  [
    'lies of the tree',
    { fresh: await falseIndex('hash') },
    /\.hash: its chunks do not make it; fetching all of it/,
  ],
  ['lies of the boot image', { fresh: await falseIndex('boot') }, /2\.0\.0/],
])('an index that %s: the release is installed all the same', async (_, indexes, line) => {
  const { machine } = await openChunkWorld(indexes);
  const { status, said } = machine.agent('update', '--apply');
  expect(said).toMatch(line);
  expect(status).toBe(0);
  await expectInstalled(machine, 'B', two);
});

test.each([
  [
    'root',
    '/dev/vda5',
    /root-b does not read .*\nonce more, by the leaves[\s\S]*once more, with nothing from slot A/,
  ],
  ['hash', '/dev/vda6', /its chunks do not make it; fetching all of it/],
  ['boot', '/dev/vda4', /2\.0\.0/],
] as const)('a running slot whose %s is damaged is not copied from', async (part, device, line) => {
  const { machine } = await openChunkWorld({ fresh: sound });
  const bytes = await machine.part(part, 'A');
  for (let at = 2 * 4096; at < bytes.length; at += 701) bytes[at]! ^= 1;
  machine.host.writeFile(device, bytes);
  const { status, said } = machine.agent('update', '--apply');
  expect(said).toMatch(line);
  expect(status).toBe(0);
  await expectInstalled(machine, 'B', two);
});

test('a kept index that is damaged is fetched again', async () => {
  const world = await openChunkWorld({ fresh: sound });
  const { machine, server } = world;
  const kept = `/var/lib/catamaran/update/chunks/${one.rootHash}.${refOf(one, writeChunkIndex(old)).sha256}`;
  machine.host.writeFile(kept, 'damaged');
  expect(machine.agent('update', '--apply').status).toBe(0);
  await expectInstalled(machine, 'B', two);
  expect(await bytesOf({ server }, /\.root$/)).toBeLessThan(40_000);
});
