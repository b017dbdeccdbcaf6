// From a refreshed client to a pointer and a manifest: who may have signed them, and what they must agree on.
import { expect, test } from 'vitest';
import { type SignedManifest, writeSignedManifest } from '../../src/contract/release-manifest.ts';
import { fetchSignedManifest } from '../../src/contract/signed-release.ts';
import { readPointer } from '../../src/tuf/channel.ts';
import type { Client } from '../../src/tuf/client.ts';
import { sha256Hex } from '../../src/tuf/hex.ts';
import { type ChannelPointer, parsePointer, writePointer } from '../../src/tuf/pointer.ts';
import { advance, type Plan, publishPlan, soundPlan } from './support/forge.ts';
import { createMachine, verdictOf } from './support/machine.ts';

const part = (target: string) => ({ target, size: 4096, sha256: 'ab'.repeat(32) });
const manifest: SignedManifest = {
  os: 'os',
  version: '1.0',
  arch: 'amd64',
  epoch: 1,
  minFrom: '0.9',
  parts: {
    boot: part('os-1.0-amd64.boot'),
    root: part('os-1.0-amd64.root'),
    hash: part('os-1.0-amd64.hash'),
  },
  roothash: 'cd'.repeat(32),
  salt: '00ff',
  dataBlocks: 1,
};
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const manifestText = text(writeSignedManifest(manifest));
const manifestName = 'os-1.0-amd64.manifest.json';
const pointer: ChannelPointer = {
  channel: 'stable',
  arch: 'amd64',
  seq: 1,
  release: {
    version: '1.0',
    epoch: 1,
    minFrom: '0.9',
    manifest: { name: manifestName, size: manifestText.length, sha256: sha256Hex(Buffer.from(manifestText)) },
  },
  stones: [],
  rollout: { salt: 's', start: 0, points: [[0, 10_000]] },
  halted: false,
  rollback: false,
  floorEpoch: 0,
};
const pointerName = 'channel-stable-amd64.json';
const machine = { os: 'os', arch: 'amd64' };

test('a channel may have every name that a publisher can give it', () => {
  const lts = { ...pointer, channel: 'lts-2026' };
  expect(parsePointer(writePointer(lts), 'channel-lts-2026-amd64.json')).toEqual(lts);
});

function planOf(change: (plan: Plan) => void = () => {}): Plan {
  const plan = soundPlan();
  plan.targets = {
    releases: { [manifestName]: manifestText },
    stable: { [pointerName]: text(writePointer(pointer)) },
  };
  change(plan);
  return plan;
}
const clientOf = (plan: Plan): Client => {
  const files = publishPlan(plan);
  return createMachine(files.get('metadata/1.root.json')!).check(files);
};

test('a pointer and its manifest are read', () => {
  const client = clientOf(planOf());
  expect(readPointer(client, 'stable', 'amd64')).toEqual(pointer);
  expect(fetchSignedManifest(client, pointer.release, machine)).toEqual(manifest);
  expect(readPointer(client, 'stable', 'arm64')).toBeUndefined();
  expect(readPointer(client, 'nightly', 'amd64')).toBeUndefined();
});

test('a second check asks for neither again, and a changed pointer is asked for', () => {
  const files = publishPlan(planOf());
  const own = createMachine(files.get('metadata/1.root.json')!);
  const check = () => {
    own.fetched.length = 0;
    const client = own.check(files);
    const read = readPointer(client, 'stable', 'amd64')!;
    fetchSignedManifest(client, read.release, machine);
    return own.fetched.filter((path) => path.startsWith('targets/')).length;
  };
  expect(check()).toBe(2);
  expect(check()).toBe(0);
  const next = { ...pointer, seq: 2 };
  publishPlan(
    advance(planOf(), (plan) => (plan.targets.stable = { [pointerName]: text(writePointer(next)) })),
    files,
  );
  expect(check()).toBe(1);
  own.store.put('pointer.json', Buffer.from('damaged'));
  expect(check()).toBe(1);
});

test('a pointer that is another channel’s or architecture’s is refused', () => {
  for (const change of [{ channel: 'beta' }, { arch: 'arm64' }]) {
    const wrong = text(writePointer({ ...pointer, ...change }));
    const client = clientOf(planOf((plan) => (plan.targets.stable = { [pointerName]: wrong })));
    expect(verdictOf(() => readPointer(client, 'stable', 'amd64'))).toBe('mismatch');
  }
});

test('whatever the delegations allow, the channel signs its pointer and releases its manifests', () => {
  const swapped = planOf((plan) => {
    plan.twist.targets = (signed) => {
      const delegations = structuredClone(signed.delegations) as unknown as { roles: { paths: string[] }[] };
      for (const role of delegations.roles) role.paths = ['*'];
      delegations.roles.reverse();
      return { ...signed, delegations: delegations as never };
    };
    plan.targets = { stable: { [manifestName]: manifestText } };
  });
  expect(verdictOf(() => fetchSignedManifest(clientOf(swapped), pointer.release, machine))).toBe(
    'signatures',
  );
  const top = planOf((plan) => {
    const bytes = Buffer.from(text(writePointer(pointer)));
    const listed = { length: bytes.length, hashes: { sha256: sha256Hex(bytes) } };
    plan.twist.targets = (signed) => ({ ...signed, targets: { [pointerName]: listed } });
  });
  expect(verdictOf(() => readPointer(clientOf(top), 'stable', 'amd64'))).toBe('signatures');
});

test('a manifest that is not the one the pointer means is refused', () => {
  const client = clientOf(planOf());
  const read = (release: Partial<ChannelPointer['release']>, own = machine) =>
    verdictOf(() => fetchSignedManifest(client, { ...pointer.release, ...release }, own));
  const ref = pointer.release.manifest;
  expect(read({})).toBe('accepted');
  expect(read({ manifest: { ...ref, sha256: 'ef'.repeat(32) } })).toBe('mismatch');
  expect(read({ manifest: { ...ref, size: 1 } })).toBe('mismatch');
  expect(read({ manifest: { ...ref, name: 'os-2.0-amd64.manifest.json' } })).toBe('missing');
  expect(read({ epoch: 2 })).toBe('mismatch');
  expect(read({ version: '1.1' })).toBe('mismatch');
  expect(read({}, { os: 'other', arch: 'amd64' })).toBe('mismatch');
  expect(read({}, { os: 'os', arch: 'arm64' })).toBe('mismatch');
});

test.each([
  ['"schema":1', '"schema":2', 'schema'],
  ['"format":1', '"format":2', 'schema'],
  ['"dataBlocks":1', '"dataBlocks":0', 'malformed'],
  ['"size":4096', '"size":-4096', 'malformed'],
  ['"target":"os-1.0-amd64.boot"', '"target":"../boot"', 'malformed'],
  ['"salt":"00ff"', '"salt":"00f"', 'malformed'],
  ['"roothash":"cd', '"roothash":"CD', 'malformed'],
  ['"epoch":1', '"epoch":1,"epoch":1', 'malformed'],
])('a manifest with %s as %s is refused', (good, bad, refusal) => {
  const bent = manifestText.replace(good, bad);
  expect(bent).not.toBe(manifestText);
  const size = bent.length;
  const release = {
    ...pointer.release,
    manifest: { name: manifestName, size, sha256: sha256Hex(Buffer.from(bent)) },
  };
  const client = clientOf(planOf((plan) => (plan.targets.releases = { [manifestName]: bent })));
  expect(verdictOf(() => fetchSignedManifest(client, release, machine))).toBe(refusal);
});
