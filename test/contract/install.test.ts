// What the builder says to the installer: whatever is written is read back, and what contradicts itself is refused.
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type BytePlace,
  type InstallIndex,
  installIndexSize,
  packedNames,
  readInstallIndex,
  writeInstallIndex,
} from '../../src/contract/install.ts';
import { partitionRoles } from '../../src/slots/constants.ts';

const block = 4096;
const sum = fc.stringMatching(/^[0-9a-f]{64}$/);
const image = fc.record({ offset: fc.integer({ min: 1 }), size: fc.nat(), sha256: sum });

/** Apart from each other, in a room of so many blocks. */
const anyPieces = (blocks: number): fc.Arbitrary<BytePlace[]> =>
  fc
    .uniqueArray(fc.nat(blocks - 1), { maxLength: 40 })
    .map((places) => places.sort((a, b) => a - b).map((place) => ({ offset: place * block, size: block })));

const anyIndex: fc.Arbitrary<InstallIndex> = fc
  .record({
    version: fc.stringMatching(/^[0-9]\.[0-9]$/),
    arch: fc.constantFrom('amd64' as const, 'arm64' as const),
    roothash: sum,
    salt: fc.stringMatching(/^(?:[0-9a-f]{2}){0,32}$/),
    dataBlocks: fc.integer({ min: 1, max: 1e6 }),
    blocks: fc.array(fc.integer({ min: 1, max: 1000 }), {
      minLength: partitionRoles.length,
      maxLength: partitionRoles.length,
    }),
    boot: image,
    root: image,
    hash: image,
    packed: image,
    pieces: fc.record(
      { 'boot-code': anyPieces(1), 'bios-boot': anyPieces(1), esp: anyPieces(1), data: anyPieces(1) },
      { requiredKeys: [] },
    ),
  })
  .map(({ blocks, boot, root, hash, packed, pieces, ...facts }) => {
    let offset = block;
    const partitions = partitionRoles.map((role, at) => {
      const place = { role, offset, size: blocks[at]! * block };
      offset += place.size;
      return place;
    });
    const size = Object.values(pieces)
      .flat()
      .reduce((total, piece) => total + piece.size, 0);
    const shortened = (each: typeof boot) => ({ ...each, size: each.size % (block + 1) });
    const images = {
      boot: shortened(boot),
      root: shortened(root),
      hash: shortened(hash),
      packed: { ...packed, size },
    };
    return { os: 'x', ...facts, size: offset + block, partitions, pieces, images };
  });

const digest = (text: string) => hash('sha256', text, 'hex');
const write = (index: InstallIndex) => writeInstallIndex(index, digest);
const read = (bytes: Uint8Array) => readInstallIndex(bytes, 'install.json', digest);
const firstLine = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').split('\n', 1)[0]!;

test('whatever was written is read back, in a file of one size', () => {
  fc.assert(
    fc.property(anyIndex, (index) => {
      const bytes = write(index);
      expect(bytes).toHaveLength(installIndexSize);
      expect(JSON.parse(firstLine(bytes)).format).toBe(1);
      expect(read(bytes)).toEqual(index);
    }),
  );
});

const [index] = fc.sample(anyIndex, { numRuns: 1, seed: 1 });
const members = JSON.parse(firstLine(write(index!)));

test.each<[string, (index: typeof members) => void, RegExp]>([
  [
    'a newer format',
    (each) => {
      each.format = 2;
    },
    /format 2/,
  ],
  [
    'another architecture',
    (each) => {
      each.arch = 'vax';
    },
    /arch is vax/,
  ],
  [
    'a partition beyond the end',
    (each) => {
      each.size = 8192;
    },
    /partitions\[\d\].*is not a whole number/,
  ],
  ['a partition too few', (each) => void each.partitions.pop(), /partitions\[9\]/],
  ['partitions in another order', (each) => void each.partitions.reverse(), /role is not bios-boot/],
  [
    'an offset within a block',
    (each) => {
      each.partitions[9].offset += 1;
    },
    /no place of whole blocks/,
  ],
  [
    'a piece that is none',
    (each) => {
      each.pieces.data = ['x'];
    },
    /data\[0\]: offset/,
  ],
  [
    'a piece outside',
    (each) => {
      each.pieces['boot-code'] = [[4096, 4096]];
    },
    /boot-code\[0\]/,
  ],
  [
    'pieces over each other',
    (each) => {
      each.pieces.data = [
        [0, 4096],
        [0, 4096],
      ];
    },
    /data\[/,
  ],
  [
    'pieces that are not packed',
    (each) => {
      each.images.packed.size += 4096;
    },
    /are of \d+ bytes/,
  ],
  [
    'an image that its partition does not hold',
    (each) => {
      each.images.boot.size = each.partitions[3].size + 512;
    },
    /install.json: boot is larger than its \d+ bytes/,
  ],
  [
    'an image without its sum',
    (each) => {
      each.images.root.sha256 = 'x';
    },
    /images: root: sha256/,
  ],
])('refused: %s', (_, change, says) => {
  const changed = structuredClone(members);
  change(changed);
  const line = `${JSON.stringify(changed)}\n`;
  expect(() => read(Buffer.from(`${line}${digest(line)}\n`))).toThrow(says);
});

test('a changed byte is seen, wherever it counts', () => {
  const bytes = write(index!);
  const length = firstLine(bytes).length + 65;
  fc.assert(
    fc.property(fc.nat(length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      const changed = bytes.slice();
      changed[at]! ^= bits;
      expect(() => read(changed)).toThrow(/install.json/);
    }),
  );
});

test('names that are packed are of partitions, but for the boot code and the variant of the ESP', () => {
  expect(packedNames.filter((name) => !(partitionRoles as readonly string[]).includes(name))).toEqual([
    'boot-code',
    'esp-bios',
  ]);
});
