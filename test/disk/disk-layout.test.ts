import { expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { assembleDisk } from '../../src/disk/disk.ts';
import { layoutDisk, partitionOf, partitionTable } from '../../src/disk/disk-layout.ts';
import { concatenate, type SparseImage } from '../../src/disk/sparse.ts';
import { noAutoBit, partitionNumber, partitionRoles, readOnlyBit } from '../../src/slots/constants.ts';
import { hashImageSize } from '../../src/verity/hash-tree.ts';

const MiB = 1 << 20;
const sizes = { slot: 512 * MiB, data: 256 * MiB, esp: 64 * MiB };

test('a disk', () => {
  const { partitions, size } = layoutDisk({ osId: 'lighthouse', arch: 'amd64', sizes });
  const lines = partitions.map(
    ({ role, offset, size: bytes }) => `${partitionNumber(role)} ${role} ${offset / MiB}+${bytes / MiB}`,
  );
  expect([...lines, `end ${size / MiB}`].join('\n')).toMatchInlineSnapshot(`
    "1 bios-boot 1+1
    2 esp 2+64
    3 ab-state 66+1
    4 boot-a 67+128
    5 root-a 195+512
    6 hash-a 707+5
    7 boot-b 712+128
    8 root-b 840+512
    9 hash-b 1352+5
    10 data 1357+256
    end 1614"
  `);
  expect(partitions.map(({ role }) => role)).toEqual(partitionRoles);
});

test('root and hash of slot A are found by the two halves of the root hash, and nothing else is discovered', () => {
  const rootHash = `${'0123456789abcdef'.repeat(2)}${'f'.repeat(32)}`;
  const { partitions } = partitionTable(layoutDisk({ osId: 'x', arch: 'amd64', rootHash, sizes }));
  const discovered = partitions.filter(({ attributes }) => attributes === readOnlyBit);
  expect(discovered.map(({ label, guid }) => [label, guid])).toEqual([
    ['root-a', '01234567-89ab-cdef-0123-456789abcdef'],
    ['hash-a', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ]);
  const [, , ...others] = partitions.filter(({ label }) => !/^(root|hash)-a$/.test(label));
  for (const { attributes } of others) expect(attributes & noAutoBit).toBe(noAutoBit);
});

test('a hash partition holds the tree of a full root partition', () => {
  for (const slot of [MiB, 100 * MiB, 512 * MiB, 4096 * MiB]) {
    const layout = layoutDisk({ osId: 'x', arch: 'amd64', sizes: { ...sizes, slot } });
    const blocks = partitionOf(layout, 'root-b').size / 4096;
    expect(partitionOf(layout, 'hash-b').size).toBeGreaterThanOrEqual(hashImageSize(blocks));
  }
});

function failureOf(part: Record<string, SparseImage>): CatamaranError {
  try {
    assembleDisk(layoutDisk({ osId: 'x', arch: 'amd64', sizes: { ...sizes, slot: 2 * MiB } }), part);
  } catch (thrown) {
    if (thrown instanceof CatamaranError) return thrown;
  }
  throw new Error('no error');
}

test('a slot too small says how much is needed, and which key to change', () => {
  const failure = failureOf({ 'root-a': concatenate([new Uint8Array(3 * MiB + 1)]) });
  expect(failure).toMatchObject({ fault: 'spec', code: 'slot-too-small' });
  expect(failure.message).toMatchInlineSnapshot(`"root-a holds 2 MiB and its content needs 3.0 MiB"`);
  expect(failure.diagnostics[0].hint).toMatchInlineSnapshot(
    `"Set disk.slot to 4M or more; leave room for updates to grow."`,
  );
});

test('a data partition and a boot partition too small', () => {
  const data = failureOf({ data: { size: 300 * MiB, extents: [] } });
  expect(data.diagnostics[0]).toMatchInlineSnapshot(`
    {
      "code": "partition-too-small",
      "hint": "Set disk.data to 300M or more.",
      "message": "data holds 256 MiB and its content needs 300 MiB",
    }
  `);
  const boot = failureOf({ 'boot-a': { size: 200 * MiB, extents: [] } });
  expect(boot.diagnostics[0]).toMatchInlineSnapshot(`
    {
      "code": "partition-too-small",
      "hint": "The kernel and the initrd must fit into 128 MiB: leave modules out of the initrd.",
      "message": "boot-a holds 128 MiB and its content needs 200 MiB",
    }
  `);
});
