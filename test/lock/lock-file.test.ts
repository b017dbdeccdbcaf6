// The lock file's text: what is written is read as the same, and what is no lock says so with the file's name.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { architectures } from '../../src/base/arch.ts';
import { type Digest, digestFromHex } from '../../src/base/digest.ts';
import { CatamaranError } from '../../src/base/errors.ts';
import { byName } from '../../src/base/order.ts';
import { schemaAt } from '../../src/document/schema.ts';
import { compareLocks } from '../../src/lock/changes.ts';
import { emptyLock, formatLock, type Lock, type TargetLock } from '../../src/lock/lock-file.ts';
import { parseLock } from '../../src/lock/parse-lock.ts';
import { type LockedPackage, pockets } from '../../src/packages/locked.ts';

const digest = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes): Digest => digestFromHex(Buffer.from(bytes).toString('hex')));

const word = (characters: string) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 12 });

const lockedPackage: fc.Arbitrary<LockedPackage> = fc.record({
  name: word('abz09+-.').map((name) => `a${name}`),
  version: word('0189.:~+-a'),
  arch: fc.constantFrom(...architectures, 'all' as const),
  pocket: fc.constantFrom(...pockets),
  path: word('abc/+~_').map((path) => `pool/${path}`),
  digest,
  size: fc.nat(2 ** 31 - 1),
});

/** Of one name and version there is one package in an archive. */
const target: fc.Arbitrary<TargetLock> = fc
  .record({
    all: fc.uniqueArray(lockedPackage, {
      maxLength: 8,
      selector: ({ name, version }) => `${name}=${version}`,
    }),
    names: fc.uniqueArray(fc.constantFrom('component:sshd', 'component:init', './mine', '~/x'), {
      maxLength: 3,
    }),
    request: digest,
    mask: fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
    images: fc.dictionary(fc.constantFrom('r.example/a:1', 'oci:x', 'yes', '1', 'é #x'), digest, {
      noNullPrototype: true,
    }),
  })
  .map(({ all, names, request, mask, images }) => ({
    components: Object.fromEntries(
      names.map((name, index) => {
        const packages = all.filter((_, at) => mask[index * 8 + at]);
        return [name, { request, packages: packages.sort((a, b) => byName(nameOf(a), nameOf(b))) }];
      }),
    ),
    images,
  }));
const nameOf = ({ name, version }: LockedPackage) => `${name}=${version}`;

const targets = fc.dictionary(fc.constantFrom(...architectures), target, { noNullPrototype: true });

const lock: fc.Arbitrary<Lock> = fc.record({
  epoch: fc.nat(2 ** 32),
  suites: fc.array(fc.record({ suite: fc.string(), date: fc.string() }), { maxLength: 3 }),
  targets,
  tools: targets,
});

test('what is written is read as the same', () => {
  fc.assert(
    fc.property(lock, (value) => {
      expect(parseLock('x.lock.yml', formatLock(value))).toEqual(value);
    }),
  );
});

test('equal locks have one text, whatever order they were filled in', () => {
  const reversed = (value: object): object =>
    Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, each]) => [
          key,
          key === 'packages' || typeof each !== 'object' || Array.isArray(each) ? each : reversed(each),
        ]),
    );
  fc.assert(
    fc.property(lock, (value) => {
      const other = { ...value, targets: reversed(value.targets), tools: reversed(value.tools) } as Lock;
      expect(formatLock(other)).toBe(formatLock(value));
    }),
  );
});

const one = (fields: Partial<LockedPackage> = {}): LockedPackage => ({
  name: 'busybox',
  version: '1:1.37.0-6',
  arch: 'amd64',
  pocket: 'main',
  path: 'pool/main/b/busybox/busybox_1.37.0-6_amd64.deb',
  digest: digestFromHex('ab'.repeat(32)),
  size: 1234,
  ...fields,
});
const sample: Lock = {
  epoch: 1_763_000_000,
  suites: [{ suite: 'trixie', date: '2025-11-15T09:00:00Z' }],
  targets: {
    amd64: {
      components: {
        'component:getty': { request: digestFromHex('01'.repeat(32)), packages: [one()] },
        './mine': {
          request: digestFromHex('02'.repeat(32)),
          packages: [one(), one({ name: 'zsh', version: '5' })],
        },
      },
      images: { 'registry.example/a:1': digestFromHex('cd'.repeat(32)) },
    },
  },
  tools: {},
};

test('the schema has the architectures that there are', () => {
  const { schema } = schemaAt('lock.schema.json', '/targets')!;
  expect(Object.keys(schema.properties!)).toEqual(architectures);
});

test('how it reads', () => {
  expect(formatLock(sample)).toMatchInlineSnapshot(`
    "# What this system is made of, to the byte. Made by catamaran; commit it, and refresh it by
    # \`catamaran lock --update\`.
    catamaran-lock: 1
    epoch: 1763000000
    suites:
      - suite: trixie
        date: 2025-11-15T09:00:00Z
    targets:
      amd64:
        components:
          ./mine:
            request: sha256:0202020202020202020202020202020202020202020202020202020202020202
            packages:
              - busybox=1:1.37.0-6
              - zsh=5
          component:getty:
            request: sha256:0101010101010101010101010101010101010101010101010101010101010101
            packages:
              - busybox=1:1.37.0-6
        images:
          registry.example/a:1: sha256:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
        packages:
          - busybox 1:1.37.0-6 amd64 main 1234 sha256:abababababababababababababababababababababababababababababababab pool/main/b/busybox/busybox_1.37.0-6_amd64.deb
          - zsh 5 amd64 main 1234 sha256:abababababababababababababababababababababababababababababababab pool/main/b/busybox/busybox_1.37.0-6_amd64.deb
    tools: {}
    "
  `);
});

describe('what is no lock', () => {
  const text = formatLock(sample);
  const replaced = (from: string | RegExp, to: string) => {
    expect(text).toMatch(from);
    return text.replace(from, to);
  };
  test.each<[what: string, broken: string, place: string, why: string]>([
    ['empty', '', '1:1', 'must be a mapping of keys to values, not empty'],
    ['another document', 'services: []\n', '1:1', 'the document has no "catamaran-lock"'],
    ['a list', '- 1\n', '1:1', 'must be a mapping of keys to values, not a list'],
    [
      'another version',
      replaced('catamaran-lock: 1', 'catamaran-lock: 2'),
      '3:17',
      'catamaran-lock is 2: it must be at most 1',
    ],
    ['no YAML', '{', '1:1', 'not YAML 1.2: "}" is missing'],
    ['a merge conflict', replaced('epoch:', '<<<<<<< HEAD\nepoch:'), '4:1', 'not YAML 1.2: '],
    ['two documents', `${text}---\n${text}`, '26:1', 'another YAML document begins here'],
    ['no epoch', replaced(/epoch: .*/, 'epoch: soon'), '4:8', 'epoch must be a whole number'],
    [
      'a time before all times',
      replaced(/epoch: .*/, 'epoch: -1'),
      '4:8',
      'epoch is -1: it must be at least 0',
    ],
    ['no suites', replaced(/suites:\n.*\n.*\n/, ''), '3:1', 'the document has no "suites"'],
    [
      'suites of another kind',
      replaced(/suites:\n.*\n.*\n/, 'suites: [trixie]\n'),
      '5:10',
      'suites[0] must be a mapping of keys to values, not ',
    ],
    ['a suite without date', replaced(/ {4}date: .*\n/, ''), '6:5', 'suites[0] has no "date"'],
    ['an unknown architecture', replaced('amd64:', 'mips:'), '9:3', 'unknown key "mips" in targets'],
    [
      'a package that is not listed',
      replaced('- zsh=5', '- zsh=6'),
      '15:13',
      './mine names zsh=6, which is not under packages',
    ],
    ['a cut line', replaced(/(- zsh 5 .*) pool.*/, '$1'), '24:9', 'must be a package: NAME VERSION ARCH'],
    ['a path that leads out', replaced('pool/main', 'pool/../..'), '23:9', 'must be a package'],
    ['a size that is none', replaced(' 1234 ', ' 12.34 '), '23:9', 'must be a package'],
    ['a size beyond all numbers', replaced(' 1234 ', ` ${'9'.repeat(400)} `), '23:9', 'must be a package'],
    ['an unknown pocket', replaced(' main ', ' backports '), '23:9', 'must be a package'],
    ['a short digest', replaced('sha256:abab', 'sha256:ab'), '23:9', 'must be a package'],
    [
      'a digest of an image',
      replaced('sha256:cdcd', 'md5:cdcd'),
      '21:29',
      'it must be "sha256:" and 64 lower-case hex digits',
    ],
    [
      'packages as a table',
      replaced(/packages:\n {6}- busybox 1:1.*\n.*\n/, 'packages: {}\n'),
      '22:15',
      'targets.amd64.packages must be a list, not a mapping',
    ],
    [
      'a number of targets',
      replaced(/targets:[\s\S]*tools/, 'targets: 3\ntools'),
      '8:10',
      'targets must be a mapping of keys to values, not 3',
    ],
  ])('%s', (_what, broken, place, why) => {
    const thrown = catching(() => parseLock('a/server.lock.yml', broken));
    expect(thrown).toMatchObject({ fault: 'spec', code: 'lock-malformed' });
    const [{ message, hint, position }] = thrown.diagnostics;
    expect(message).toMatch(/^not a lock file that this version reads: /);
    expect(message).toContain(why);
    expect(message).not.toMatch(/undefined|\[object|not a function/);
    expect(hint).toContain('Restore it');
    expect(`${position?.file}:${position?.line}:${position?.column}`).toBe(`a/server.lock.yml:${place}`);
  });

  test('whatever is done to its text, it is read or refused in words', () => {
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(40), fc.string({ maxLength: 6 }), (at, length, other) => {
        const broken = text.slice(0, at) + other + text.slice(at + length);
        try {
          parseLock('x.lock.yml', broken);
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'CatamaranError', code: 'lock-malformed' });
        }
      }),
      { numRuns: 500 },
    );
  });
});

function catching(action: () => unknown): CatamaranError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof CatamaranError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

test('what changed between two locks, by name', () => {
  const after: Lock = {
    ...sample,
    targets: {
      amd64: {
        components: {
          'component:getty': {
            request: digestFromHex('01'.repeat(32)),
            packages: [one({ version: '1:1.37.0-7', pocket: 'security' })],
          },
        },
        images: {
          'registry.example/a:1': digestFromHex('ef'.repeat(32)),
          'registry.example/b:1': digestFromHex('ef'.repeat(32)),
        },
      },
    },
    tools: {
      amd64: {
        components: { 'component:tools': { request: digestFromHex('01'.repeat(32)), packages: [one()] } },
        images: {},
      },
    },
  };
  expect(compareLocks(sample, after)).toEqual([
    { what: 'changed', name: 'amd64: busybox', before: '1:1.37.0-6', after: '1:1.37.0-7 (security)' },
    {
      what: 'changed',
      name: 'amd64: registry.example/a:1',
      before: digestFromHex('cd'.repeat(32)),
      after: digestFromHex('ef'.repeat(32)),
    },
    { what: 'added', name: 'amd64: registry.example/b:1', after: digestFromHex('ef'.repeat(32)) },
    { what: 'removed', name: 'amd64: zsh', before: '5' },
    { what: 'added', name: 'tools amd64: busybox', after: '1:1.37.0-6' },
  ]);
  expect(compareLocks(sample, sample)).toEqual([]);
  expect(compareLocks(emptyLock, sample).every(({ what }) => what === 'added')).toBe(true);
});
