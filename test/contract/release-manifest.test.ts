// One release in its three manifests: each is read back as it was written, by an agent of today and by one of yesterday.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BootManifest,
  type ReleaseManifest,
  readBootManifest,
  readReleaseManifest,
  readSignedManifest,
  type SignedManifest,
  writeBootManifest,
  writeReleaseManifest,
  writeSignedManifest,
} from '../../src/contract/release-manifest.ts';

const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const version = fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z.+~_-]{0,20}$/);
const facts = {
  os: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  version,
  arch: fc.constantFrom('amd64', 'arm64'),
  roothash: digest,
  salt: fc.stringMatching(/^([0-9a-f]{2}){1,32}$/),
  dataBlocks: fc.integer({ min: 1, max: 2 ** 40 }),
};
const image = { size: fc.integer({ min: 1, max: 2 ** 30 }).map((sectors) => sectors * 512), sha256: digest };
const partsOf = <Image>(part: fc.Arbitrary<Image>) => fc.record({ boot: part, root: part, hash: part });

const anySegments = fc
  .array(fc.record({ name: fc.string(), gap: fc.nat(9), size: fc.nat(2 ** 30), sha256: digest }))
  .map((list) => {
    let end = 0;
    return list.map(({ gap, ...segment }) => {
      const offset = end + gap;
      end = offset + segment.size;
      return { ...segment, offset };
    });
  });
const anyBoot: fc.Arbitrary<BootManifest> = fc.record({ ...facts, segments: anySegments });
const anyRelease: fc.Arbitrary<ReleaseManifest> = fc.record({ ...facts, parts: partsOf(fc.record(image)) });
const target = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._~+-]{0,50}$/);
const chunks = fc.record({ target, size: fc.integer({ min: 1, max: 2 ** 40 }), sha256: digest });
const anySigned = fc.record(
  {
    ...facts,
    epoch: fc.nat(1_000_000),
    minFrom: version,
    parts: partsOf(fc.record({ ...image, target })),
    chunks,
  },
  { requiredKeys: ['os', 'version', 'arch', 'roothash', 'salt', 'dataBlocks', 'epoch', 'parts'] },
) as fc.Arbitrary<SignedManifest>;

test('each is read back as it was written', () => {
  fc.assert(
    fc.property(anyBoot, anyRelease, anySigned, (boot, release, signed) => {
      expect(readBootManifest(writeBootManifest(boot), 'it')).toEqual(boot);
      expect(readReleaseManifest(writeReleaseManifest(release), 'it')).toEqual(release);
      expect(readSignedManifest(writeSignedManifest(signed), 'it')).toEqual(signed);
    }),
  );
});

const [boot] = fc.sample(anyBoot, { numRuns: 1, seed: 1 });
const [release] = fc.sample(anyRelease, { numRuns: 1, seed: 1 });
const [signed] = fc.sample(anySigned, { numRuns: 1, seed: 1 });
const without = (text: string, ...members: string[]) =>
  JSON.stringify(JSON.parse(text), (key, value) => (members.includes(key) ? undefined : value));
const bent = (text: string, change: object) => JSON.stringify({ ...JSON.parse(text), ...change });

describe('an agent that knows no format', () => {
  test('wrote manifests that are still read', () => {
    expect(readBootManifest(without(writeBootManifest(boot!), 'format'), 'it')).toEqual(boot);
    expect(readReleaseManifest(without(writeReleaseManifest(release!), 'format'), 'it')).toEqual(release);
    const text = without(Buffer.from(writeSignedManifest(signed!)).toString(), 'format');
    expect(readSignedManifest(Buffer.from(text), 'it')).toEqual(signed);
  });

  test('finds in ours the schema that it asks for', () => {
    expect(JSON.parse(writeReleaseManifest(release!)).schema).toBe(1);
    expect(JSON.parse(Buffer.from(writeSignedManifest(signed!)).toString()).schema).toBe(1);
  });
});

test('what is beside the members that are known is passed over', () => {
  const text = bent(writeReleaseManifest(release!), { more: [1] });
  expect(readReleaseManifest(text, 'it')).toEqual(release);
  expect(readBootManifest(bent(writeBootManifest(boot!), { more: 1 }), 'it')).toEqual(boot);
});

test('a release of before chunk indexes has none', () => {
  const text = without(Buffer.from(writeSignedManifest(signed!)).toString(), 'chunks');
  const { chunks: _, ...rest } = signed!;
  expect(readSignedManifest(Buffer.from(text), 'it')).toEqual(rest);
});

test.each<[object | string, string]>([
  [{ format: 2 }, 'it has format 2; this program knows 1'],
  [{ format: '1' }, 'it: format is not a whole number'],
  [{ schema: 2 }, 'it has schema 2; this program knows 1'],
  [{ schema: undefined }, 'it: schema is not'],
  [{ os: '../x' }, 'it: os is not'],
  [{ version: 'v'.repeat(64) }, 'it: version is not'],
  [{ arch: '' }, 'it: arch is not'],
  [{ roothash: 'AB'.repeat(32) }, 'it: roothash is not'],
  [{ salt: 'abc' }, 'it: salt is not'],
  [{ dataBlocks: 0 }, 'it: dataBlocks is not'],
  [{ dataBlocks: 1.5 }, 'it: dataBlocks is not'],
  [{ parts: {} }, 'it: parts: boot is not an object'],
  [{ parts: { ...release!.parts, root: { size: 513, sha256: 'ab'.repeat(32) } } }, 'no multiple of 512'],
  ['{', 'it is not JSON'],
  ['[]', 'it is not an object'],
  ['null', 'it is not an object'],
  ['"'.padEnd(5 << 20), 'more than any has'],
])('%j is no manifest beside images', (change, message) => {
  const text = typeof change === 'string' ? change : bent(writeReleaseManifest(release!), change);
  expect(() => readReleaseManifest(text, 'it')).toThrow(message);
});

test.each<[object, string]>([
  [{ segments: [{ name: 'a', offset: 5, size: 1, sha256: 'no digest' }] }, 'segments[0]: sha256 is not'],
  [
    {
      segments: [0, 4].map((offset) => ({ name: 'a', offset, size: 8, sha256: 'ab'.repeat(32) })),
    },
    'segments[1]: offset is not',
  ],
  [{ segments: 'none' }, 'segments is not a list'],
  [{ segments: [null] }, 'segments[0] is not an object'],
])('%j is no manifest of a boot archive', (change, message) => {
  expect(() => readBootManifest(bent(writeBootManifest(boot!), change), 'it')).toThrow(message);
});
