// The client's workflow against repositories that were forged, aged, mixed and cut: TUF 1.0.34, section 5.
import { expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { encodeCanonical } from '../../src/tuf/canonical.ts';
import { fetchTarget, findTarget } from '../../src/tuf/client.ts';
import { sha256Hex } from '../../src/tuf/hex.ts';
import {
  advance,
  day,
  envelope,
  type Files,
  fileJson,
  type Plan,
  publishPlan,
  signedBy,
  soundPlan,
  start,
  testKey,
} from './support/forge.ts';
import { createMachine, verdictOf } from './support/machine.ts';

const sound = publishPlan(soundPlan());
const firstRoot = sound.get('metadata/1.root.json')!;
const changed = (change: (plan: Plan) => void): Files => {
  const plan = soundPlan();
  change(plan);
  return publishPlan(plan);
};
const verdictOn = (files: Files, now?: number) => createMachine(firstRoot).verdict(files, now);
const stablePointer = 'channel-stable-amd64.json';

test('a sound repository is accepted, and each target is found in its role', () => {
  const client = createMachine(firstRoot).check(sound);
  expect(findTarget(client, stablePointer)?.role).toBe('stable');
  expect(findTarget(client, 'os-1.0-amd64.manifest.json')?.role).toBe('releases');
  expect(findTarget(client, 'channel-beta-amd64.json')).toBeUndefined();
  const found = findTarget(client, stablePointer)!;
  expect(Buffer.from(fetchTarget(client, found)).toString()).toBe('stable points');
});

test('a role is fetched only for the names that it covers', () => {
  const machine = createMachine(firstRoot);
  findTarget(machine.check(sound), stablePointer);
  expect(machine.fetched).toEqual([
    'metadata/2.root.json',
    'metadata/timestamp.json',
    'metadata/1.snapshot.json',
    'metadata/1.targets.json',
    'metadata/1.stable.json',
  ]);
});

test('when nothing is new, only the next root and the timestamp are asked for', () => {
  const machine = createMachine(firstRoot);
  findTarget(machine.check(sound), stablePointer);
  machine.fetched.length = 0;
  findTarget(machine.check(sound), stablePointer);
  expect(machine.fetched).toEqual(['metadata/2.root.json', 'metadata/timestamp.json']);
});

test.each(['timestamp', 'snapshot', 'targets'])('%s signed by a foreign key is refused', (role) => {
  expect(verdictOn(changed((plan) => (plan.signers[role] = ['mallory'])))).toBe('signatures');
});

test.each(['timestamp', 'snapshot', 'targets'])('%s without a signature is refused', (role) => {
  expect(verdictOn(changed((plan) => (plan.signers[role] = [])))).toBe('signatures');
});

const findStable = (files: Files, now?: number) =>
  verdictOf(() => findTarget(createMachine(firstRoot).check(files, now), stablePointer));

test('a delegated role below its threshold is refused', () => {
  expect(findStable(changed((plan) => (plan.signers.stable = ['stable-2'])))).toBe('signatures');
  expect(findStable(changed((plan) => (plan.signers.stable = ['stable-2', 'stable-3'])))).toBe('accepted');
});

test('one key that signs twice is refused, whether it signed well or not', () => {
  for (const signers of [
    ['stable-1', 'stable-1'],
    ['stable-1', 'stable-2', 'stable-1'],
    ['mallory', 'stable-1', 'stable-2', 'mallory'],
  ])
    expect(findStable(changed((plan) => (plan.signers.stable = signers)))).toBe('malformed');
});

test('one public key under two ids counts once', () => {
  // The same key with one more member has another canonical form, hence another id.
  const { public: key } = testKey('stable-1');
  const twin = { keytype: 'ed25519', keyval: { public: key }, scheme: 'ed25519', x: 1 };
  const twinId = sha256Hex(encodeCanonical(twin));
  const plan = soundPlan();
  plan.twist.targets = (signed) => {
    const delegations = delegationsOf(signed);
    delegations.keys[twinId] = twin;
    const stable = delegations.roles.find(({ name }) => name === 'stable')!;
    stable.keyids.push(twinId);
    return { ...signed, delegations: delegations as unknown as Json };
  };
  plan.signers.stable = ['stable-1'];
  const files = publishPlan(plan);
  const { signatures, signed } = JSON.parse(Buffer.from(files.get('metadata/1.stable.json')!).toString());
  const doubled = encodeCanonical({
    signatures: [...signatures, { ...signatures[0], keyid: twinId }],
    signed,
  });
  replaceListed(files, 'stable', doubled);
  expect(findStable(files)).toBe('signatures');
});

test('the alpha key cannot sign for stable, nor alpha speak of stable’s names or of images', () => {
  expect(findStable(changed((plan) => (plan.signers.stable = ['alpha', 'mallory'])))).toBe('signatures');
  const files = changed((plan) => {
    plan.targets.alpha![stablePointer] = 'forged';
    plan.targets.alpha!['os-9-amd64.manifest.json'] = 'forged';
  });
  const client = createMachine(firstRoot).check(files);
  expect(findTarget(client, stablePointer)?.role).toBe('stable');
  expect(findTarget(client, 'os-9-amd64.manifest.json')).toBeUndefined();
});

test.each(['root', 'timestamp', 'snapshot', 'targets'])('an expired %s is refused', (role) => {
  const files = changed((plan) => (plan.expires[role] = start + day));
  const machine = createMachine(files.get('metadata/1.root.json')!);
  expect(machine.verdict(files, start + day - 1)).toBe('accepted');
  expect(machine.verdict(files, start + day)).toBe('expired');
});

test('an expired channel is refused, and the other one is not', () => {
  const files = changed((plan) => (plan.expires.alpha = start));
  const client = createMachine(firstRoot).check(files);
  expect(verdictOf(() => findTarget(client, 'channel-alpha-amd64.json'))).toBe('expired');
  expect(verdictOf(() => findTarget(client, stablePointer))).toBe('accepted');
});

test('expiry is waived for media that a person brings; nothing else is', () => {
  const files = changed((plan) => (plan.expires = { root: 1, timestamp: 1, snapshot: 1, targets: 1 }));
  const root = files.get('metadata/1.root.json')!;
  expect(createMachine(root).verdict(files)).toBe('expired');
  const machine = createMachine(root, { waiveExpiry: true });
  expect(machine.verdict(files)).toBe('accepted');
  expect(machine.store.get('clock.json')).toBeUndefined();
  files.set('metadata/timestamp.json', sound.get('metadata/timestamp.json')!);
  expect(createMachine(root, { waiveExpiry: true }).verdict(files)).toBe('mismatch');
});

test('a clock that is set back does not bring expired metadata back', () => {
  const plan = soundPlan();
  plan.expires.timestamp = start + 7 * day;
  const files = publishPlan(plan);
  const machine = createMachine(files.get('metadata/1.root.json')!);
  expect(machine.verdict(files, start + 6 * day)).toBe('accepted');
  const later = publishPlan(
    advance(plan, (next) => (next.expires.timestamp = start + 5 * day)),
    new Map(files),
  );
  expect(machine.verdict(later, 0)).toBe('expired');
  expect(createMachine(firstRoot, { notBefore: start + 40 * day }).verdict(sound, 0)).toBe('expired');
});

test('a clock that ran far ahead is not remembered', () => {
  const machine = createMachine(firstRoot);
  expect(machine.verdict(sound, start + 3650 * day)).toBe('expired');
  expect(machine.verdict(sound, start)).toBe('accepted');
});

test('what is remembered of the clock survives damage', () => {
  const machine = createMachine(firstRoot);
  machine.store.put('clock.json', Buffer.from('{"time":18000'));
  expect(machine.verdict(sound)).toBe('accepted');
});

test.each(['timestamp.json', 'snapshot'])('an older repository (%s) is refused', () => {
  const plan = soundPlan();
  const machine = createMachine(firstRoot);
  const newer = publishPlan(advance(plan), new Map(sound));
  expect(machine.verdict(newer)).toBe('accepted');
  expect(machine.verdict(sound)).toBe('rollback');
  expect(machine.check(newer).timestamp.version).toBe(2);
});

test('a timestamp that names an older snapshot is refused', () => {
  const plan = advance(soundPlan());
  const machine = createMachine(firstRoot);
  expect(machine.verdict(publishPlan(plan, new Map(sound)))).toBe('accepted');
  const back = publishPlan(
    advance(plan, (next) => (next.version.snapshot = 1)),
    new Map(sound),
  );
  expect(machine.verdict(back)).toBe('rollback');
});

test('a snapshot that lists an older role is refused', () => {
  const plan = advance(soundPlan());
  const machine = createMachine(firstRoot);
  expect(machine.verdict(publishPlan(plan, new Map(sound)))).toBe('accepted');
  const back = publishPlan(
    advance(plan, (next) => (next.version.stable = 1)),
    new Map(sound),
  );
  expect(machine.verdict(back)).toBe('rollback');
});

test('a snapshot that drops a role is refused', () => {
  const plan = soundPlan();
  const machine = createMachine(firstRoot);
  expect(machine.verdict(sound)).toBe('accepted');
  const next = advance(plan, (changing) => (changing.channels = ['alpha']));
  expect(machine.verdict(publishPlan(next, new Map(sound)))).toBe('dropped');
});

test('the same version of timestamp with other content is not taken', () => {
  const machine = createMachine(firstRoot);
  machine.check(sound);
  const other = soundPlan();
  other.version.snapshot = 2;
  expect(machine.check(publishPlan(other, new Map(sound))).snapshot.version).toBe(1);
});

test('files of two states do not mix', () => {
  const newer = publishPlan(advance(soundPlan()), new Map(sound));
  for (const file of ['snapshot', 'targets']) {
    const mixed = new Map(newer);
    mixed.set(`metadata/2.${file}.json`, sound.get(`metadata/1.${file}.json`)!);
    expect([file, verdictOn(mixed)]).toEqual([file, 'mismatch']);
  }
});

test('a role with the right hash and another version than the snapshot lists is refused', () => {
  const plan = soundPlan();
  plan.twist.targets = (signed) => ({ ...signed, version: 7 });
  expect(verdictOn(publishPlan(plan))).toBe('mismatch');
});

test('half an upload: whatever is missing, the old state is kept or the new one is whole', () => {
  const plan = advance(soundPlan());
  const whole = publishPlan(plan, new Map(sound));
  const added = [...whole.keys()].filter((path) => !sound.has(path));
  for (let count = 0; count <= added.length; count++) {
    const partial = new Map(sound);
    for (const path of added.slice(0, count)) partial.set(path, whole.get(path)!);
    expect(createMachine(firstRoot).check(partial).timestamp.version).toBe(1);
  }
  expect(createMachine(firstRoot).check(whole).timestamp.version).toBe(2);
});

test.each([...sound.keys()].filter((path) => path.startsWith('metadata/') && !path.includes('root')))(
  'no change of one byte of %s is accepted',
  (path) => {
    const original = sound.get(path)!;
    for (const position of [0, 20, 200, original.length >> 1, original.length - 2]) {
      const bent = Uint8Array.from(original);
      bent[position]! ^= 1;
      const files = new Map(sound).set(path, bent);
      const verdict = verdictOf(() => {
        const client = createMachine(firstRoot).check(files);
        for (const name of [stablePointer, 'channel-alpha-amd64.json', 'os-1.0-amd64.manifest.json']) {
          findTarget(client, name);
        }
      });
      expect(verdict).not.toBe('accepted');
    }
  },
);

test.each(['metadata/timestamp.json', 'metadata/1.snapshot.json', 'metadata/1.targets.json'])(
  'a truncated and a missing %s are refused',
  (path) => {
    const files = new Map(sound);
    files.set(path, sound.get(path)!.subarray(0, 300));
    expect(['malformed', 'mismatch']).toContain(verdictOn(files));
    files.delete(path);
    expect(verdictOn(files)).toBe('missing');
  },
);

test('a file longer than it may be is refused before it is read', () => {
  const huge = new Uint8Array(20_000).fill(0x20);
  expect(verdictOn(new Map(sound).set('metadata/timestamp.json', huge))).toBe('too-large');
  const longer = Buffer.concat([sound.get('metadata/1.snapshot.json')!, Buffer.from(' ')]);
  expect(verdictOn(new Map(sound).set('metadata/1.snapshot.json', longer))).toBe('too-large');
  expect(verdictOn(new Map(sound).set('metadata/2.root.json', new Uint8Array(600_000)))).toBe('too-large');
});

test('each fetch says how much it takes at most', () => {
  const limits = new Map<string, number>();
  const machine = createMachine(firstRoot, {
    repository: {
      fetch(path, maxSize) {
        limits.set(path, maxSize);
        return sound.get(path);
      },
    },
  });
  machine.check(sound);
  expect(limits.get('metadata/timestamp.json')).toBe(16_384);
  expect(limits.get('metadata/1.snapshot.json')).toBe(sound.get('metadata/1.snapshot.json')!.length);
});

test('a target with other content than its role signed is refused', () => {
  const client = createMachine(firstRoot).check(sound);
  const found = findTarget(client, stablePointer)!;
  const path = `targets/${found.sha256}.${stablePointer}`;
  const original = sound.get(path)!;
  for (const [content, refusal] of [
    ['stable paints', 'mismatch'],
    ['stable', 'mismatch'],
    ['stable points and more', 'too-large'],
  ] as const) {
    sound.set(path, Buffer.from(content));
    expect(verdictOf(() => fetchTarget(client, found))).toBe(refusal);
  }
  sound.delete(path);
  expect(verdictOf(() => fetchTarget(client, found))).toBe('missing');
  sound.set(path, original);
});

test('a file may be written otherwise than it was signed, as long as it says the same', () => {
  const text = Buffer.from(sound.get('metadata/timestamp.json')!).toString();
  const variants = {
    indented: [JSON.stringify(JSON.parse(text), null, 1), 'accepted'],
    lineBreak: [`${text}\n`, 'accepted'],
    unsorted: [text.replace(/^\{("signatures":\[.*?\]),("signed":\{.*\})\}$/, '{$2,$1}'), 'accepted'],
    escaped: [text.replace('timestamp', '\\u0074imestamp'), 'accepted'],
    // The last of two is what is checked, and what is read.
    doubled: [text.replace('"version":1}', '"version":2,"version":1}'), 'accepted'],
    doubledOther: [text.replace('"version":1}', '"version":1,"version":2}'), 'signatures'],
    other: [text.replace('"version":1}', '"version":2}'), 'signatures'],
    foreign: [text.replace('timestamp', 'timestämp'), 'signatures'],
    fraction: [text.replace('"version":1}', '"version":1.5}'), 'malformed'],
    half: [text.replace('timestamp', '\\ud800'), 'malformed'],
    latin: [Buffer.from(text.replace('timestamp', 'timest\xe4mp'), 'latin1'), 'malformed'],
    nul: [`${text}\0`, 'malformed'],
    nothing: ['', 'malformed'],
    deep: ['['.repeat(16_000), 'malformed'],
  } as const;
  for (const [name, [bent, verdict]] of Object.entries(variants)) {
    expect(String(bent), name).not.toBe(text);
    const files = new Map(sound).set('metadata/timestamp.json', Buffer.from(bent as string));
    expect([name, verdictOn(files)]).toEqual([name, verdict]);
  }
});

test('keys and signatures of kinds that are not known are passed over, and not counted', () => {
  const later = { keytype: 'ml-dsa', keyval: { public: 'é\n' }, scheme: 'ml-dsa-44' };
  const id = 'a key of tomorrow';
  const plan = soundPlan();
  plan.twist.targets = (signed) => {
    const delegations = delegationsOf(signed);
    delegations.keys[id] = later;
    for (const role of delegations.roles) role.keyids.push(id);
    return { ...signed, delegations: delegations as unknown as Json };
  };
  const findSigned = (signers: string[]) => {
    const files = publishPlan({ ...plan, signers: { stable: signers } });
    const { signatures, signed } = JSON.parse(Buffer.from(files.get('metadata/1.stable.json')!).toString());
    const more = [{ keyid: id, sig: 'z'.repeat(5000) }, ...signatures];
    replaceListed(files, 'stable', Buffer.from(JSON.stringify({ signatures: more, signed })));
    return findStable(files);
  };
  expect(findSigned(['stable-1', 'stable-3'])).toBe('accepted');
  // Of the two that are needed the new kind is none.
  expect(findSigned(['stable-1'])).toBe('signatures');
});

test.each<[string, (signed: Record<string, Json>) => Record<string, Json>]>([
  ['no version', ({ version: _, ...rest }) => rest],
  ['version 0', (signed) => ({ ...signed, version: 0 })],
  ['a version that is text', (signed) => ({ ...signed, version: '1' })],
  ['another type', (signed) => ({ ...signed, _type: 'snapshot' })],
  ['another specification', (signed) => ({ ...signed, spec_version: '2.0.0' })],
  ['no expiry', ({ expires: _, ...rest }) => rest],
  ['a day that is none', (signed) => ({ ...signed, expires: '2030-02-30T00:00:00Z' })],
  ['an expiry with a fraction', (signed) => ({ ...signed, expires: '2030-02-20T00:00:00.000Z' })],
  ['no meta', ({ meta: _, ...rest }) => rest],
  ['a list for meta', (signed) => ({ ...signed, meta: [] })],
  ['a hash that is none', (signed) => ({ ...signed, meta: { 'snapshot.json': { version: 1, hashes: {} } } })],
])('a timestamp with %s is refused', (_name, twist) => {
  expect(verdictOn(changed((plan) => (plan.twist.timestamp = twist)))).toBe('malformed');
});

test('members that are not known are allowed', () => {
  const files = changed((plan) => (plan.twist.timestamp = (signed) => ({ ...signed, 'x-note': ['hello'] })));
  expect(verdictOn(files)).toBe('accepted');
});

test('root is followed from version to version, and each must be signed by the one before', () => {
  let plan = soundPlan();
  const files = publishPlan(plan);
  for (let version = 2; version <= 5; version++) {
    const before = plan.roles.root!.keys;
    plan = advance(plan, (next) => {
      next.rootVersion = version;
      next.roles.root = { keys: [...before.slice(1), `root-${version + 2}`], threshold: 2 };
      next.signers.root = [...before.slice(1), `root-${version + 2}`];
    });
    publishPlan(plan, files);
  }
  const machine = createMachine(firstRoot);
  expect(machine.check(files).root.version).toBe(5);
  machine.fetched.length = 0;
  expect(machine.check(files).root.version).toBe(5);
  expect(machine.fetched[0]).toBe('metadata/6.root.json');

  const gap = new Map(files);
  gap.delete('metadata/3.root.json');
  expect(createMachine(firstRoot).check(gap).root.version).toBe(2);
  const skipped = new Map(files).set('metadata/2.root.json', files.get('metadata/3.root.json')!);
  expect(verdictOn(skipped)).toBe('signatures');
});

test.each<[string, readonly string[]]>([
  ['the new keys alone', ['new-1', 'new-2']],
  ['the old keys alone', ['root-1', 'root-2']],
  ['too few of the old', ['root-1', 'new-1', 'new-2']],
])('a root signed by %s is refused', (_name, signers) => {
  const plan = advance(soundPlan(), (next) => {
    next.rootVersion = 2;
    next.roles.root = { keys: ['new-1', 'new-2'], threshold: 2 };
    next.signers.root = signers;
  });
  expect(verdictOn(publishPlan(plan, new Map(sound)))).toBe('signatures');
});

test('an expired root in the middle of the chain does not matter', () => {
  const files = changed((plan) => (plan.expires.root = 1));
  const next = advance(soundPlan(), (plan) => (plan.rootVersion = 2));
  expect(createMachine(files.get('metadata/1.root.json')!).verdict(publishPlan(next, files))).toBe(
    'accepted',
  );
});

test('at most 256 versions of root in one update', () => {
  let plan = soundPlan();
  const files = publishPlan(plan);
  for (let version = 2; version <= 260; version++) {
    plan = { ...plan, rootVersion: version };
    files.set(
      `metadata/${version}.root.json`,
      publishPlan(plan, new Map()).get(`metadata/${version}.root.json`)!,
    );
  }
  const machine = createMachine(firstRoot);
  expect(machine.check(files).root.version).toBe(257);
  expect(machine.check(files).root.version).toBe(260);
});

test('a stolen online key that ran the versions up is recovered from by rotating it', () => {
  const machine = createMachine(firstRoot);
  const attacked = advance(soundPlan(), (plan) => {
    for (const role of Object.keys(plan.version)) plan.version[role] = 1_000_000;
  });
  expect(machine.verdict(publishPlan(attacked, new Map(sound)))).toBe('accepted');
  const repaired = advance(soundPlan(), (plan) => {
    plan.rootVersion = 2;
    for (const role of ['snapshot', 'timestamp']) plan.roles[role] = { keys: ['online-2'], threshold: 1 };
  });
  const files = publishPlan(repaired, new Map(sound));
  const client = machine.check(files);
  expect([client.root.version, client.timestamp.version, client.snapshot.version]).toEqual([2, 2, 2]);
});

test('a root that came with a newer image counts, also before what is remembered', () => {
  const plan = advance(soundPlan(), (next) => {
    next.rootVersion = 2;
    for (const role of ['snapshot', 'timestamp']) next.roles[role] = { keys: ['online-2'], threshold: 1 };
  });
  const files = publishPlan(plan, new Map(sound));
  const machine = createMachine(firstRoot);
  machine.check(sound);
  const updated = createMachine(files.get('metadata/2.root.json')!, { store: machine.store });
  expect(updated.check(files).root.version).toBe(2);
  // And an older image does not bring the old root back.
  expect(machine.check(files).root.version).toBe(2);
});

test('damaged memory counts as none: every file is fetched and verified again', () => {
  const plan = advance(soundPlan(), (next) => (next.rootVersion = 2));
  const files = publishPlan(plan, new Map(sound));
  for (const name of ['root.json', 'timestamp.json', 'snapshot.json', 'targets.json']) {
    const machine = createMachine(firstRoot);
    machine.check(files);
    const bytes = machine.store.get(name) ?? firstRoot;
    machine.store.put(name, bytes.subarray(0, bytes.length >> 1));
    expect([name, machine.verdict(files)]).toEqual([name, 'accepted']);
    const whole = machine.store.get(name);
    expect([name, whole]).toEqual([name, bytes]);
  }
});

test('power may fail between any two writes to the memory', () => {
  const rotated = advance(soundPlan(), (plan) => {
    plan.rootVersion = 2;
    for (const role of ['snapshot', 'timestamp']) plan.roles[role] = { keys: ['online-2'], threshold: 1 };
  });
  const files = publishPlan(rotated, new Map(sound));
  for (let cut = 0; ; cut++) {
    const machine = createMachine(firstRoot);
    machine.check(sound);
    let writes = 0;
    const write = (work: () => void) => {
      if (writes++ === cut) throw new RangeError('power cut');
      work();
    };
    const failing = {
      get: machine.store.get,
      put: (name: string, bytes: Uint8Array) => write(() => machine.store.put(name, bytes)),
      remove: (name: string) => write(() => machine.store.remove(name)),
    };
    let finished = false;
    try {
      createMachine(firstRoot, { store: failing }).check(files);
      finished = true;
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(RangeError);
    }
    expect([cut, machine.check(files).timestamp.version]).toEqual([cut, 2]);
    if (finished) {
      expect(cut).toBeGreaterThanOrEqual(6);
      break;
    }
  }
});

test('delegations that go round in circles, and chains of them, come to an end', () => {
  const plan = soundPlan();
  const keys = { [testKey('targets').id]: keyOf('targets') };
  const circle = (to: string): Json => ({
    keys,
    roles: [{ name: to, keyids: [testKey('targets').id], threshold: 1, paths: ['*'], terminating: false }],
  });
  plan.twist.targets = (signed) => ({ ...signed, delegations: circle('alpha') });
  plan.twist.alpha = (signed) => ({ ...signed, targets: {}, delegations: circle('stable') });
  plan.twist.stable = (signed) => ({ ...signed, targets: {}, delegations: circle('alpha') });
  plan.signers = { alpha: ['targets'], stable: ['targets'] };
  const client = createMachine(firstRoot).check(publishPlan(plan));
  expect(findTarget(client, 'anything')).toBeUndefined();
});

test('a terminating role ends the search, also where it does not list the name', () => {
  const plan = soundPlan();
  plan.twist.targets = (signed) => {
    const delegations = delegationsOf(signed);
    for (const role of delegations.roles) role.paths = ['*'];
    return { ...signed, delegations: delegations as unknown as Json };
  };
  const client = createMachine(firstRoot).check(publishPlan(plan));
  expect(findTarget(client, 'os-1.0-amd64.manifest.json')?.role).toBe('releases');
  expect(findTarget(client, stablePointer)).toBeUndefined();
});

function keyOf(name: string): Json {
  return { keytype: 'ed25519', keyval: { public: testKey(name).public }, scheme: 'ed25519' };
}

interface Delegations {
  keys: Record<string, Json>;
  roles: { name: string; keyids: string[]; paths: string[] }[];
}

/** A copy, to be changed. */
const delegationsOf = (signed: Record<string, Json>): Delegations =>
  structuredClone(signed.delegations) as unknown as Delegations;

/** Puts other bytes in a role's place and lists them properly. */
function replaceListed(files: Files, role: string, bytes: Uint8Array): void {
  files.set(`metadata/1.${role}.json`, bytes);
  const { signed } = JSON.parse(Buffer.from(files.get('metadata/1.snapshot.json')!).toString());
  signed.meta[`${role}.json`] = fileJson(bytes, 1);
  const snapshot = envelope(signed, ['online']);
  files.set('metadata/1.snapshot.json', snapshot);
  const timestamp = JSON.parse(Buffer.from(files.get('metadata/timestamp.json')!).toString()).signed;
  timestamp.meta['snapshot.json'] = fileJson(snapshot, 1);
  files.set('metadata/timestamp.json', encodeCanonical(signedBy(timestamp, ['online'])));
}
