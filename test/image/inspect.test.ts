import { createHash, hash } from 'node:crypto';
import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { writeBootArchive } from '../../src/image/boot-archive.ts';
import { assembleDisk, type Disk } from '../../src/image/disk.ts';
import { layoutDisk, placeOf } from '../../src/image/disk-layout.ts';
import { inspectImage } from '../../src/image/inspect.ts';
import { concatenate } from '../../src/image/sparse.ts';
import { writeStatePartition } from '../../src/image/state-partition.ts';
import { writeQcow2 } from '../../src/output/qcow2.ts';
import { writeRaw } from '../../src/output/raw.ts';
import { envOffsets } from '../../src/slots/constants.ts';
import { serialiseEnv } from '../../src/slots/env.ts';
import { arm, freshState } from '../../src/slots/state.ts';
import { contentOf } from '../../src/tree/content.ts';
import { buildHashTree, leafDigests } from '../../src/verity/hash-tree.ts';

const MiB = 1 << 20;
const layout = layoutDisk({ osId: 'lighthouse', arch: 'amd64', sizes: { slot: MiB, data: MiB, boot: MiB } });
const salt = Buffer.alloc(32, 1);
const segment = Buffer.alloc(40960, 'segment');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

function makeDisk(): Disk {
  const tree = buildHashTree(leafDigests(segment, salt, sha256), { uuid: new Uint8Array(16), salt }, sha256);
  const verity = { rootHash: hex(tree.rootHash), salt: hex(salt), dataBlocks: 10 };
  const digest = createHash('sha256').update(segment).digest('hex');
  const manifest = {
    os: 'lighthouse',
    version: '1.4.0',
    arch: 'amd64',
    roothash: verity.rootHash,
    salt: verity.salt,
    dataBlocks: 10,
    segments: [{ name: 'base', offset: 0, size: segment.length, sha256: digest }],
  };
  const files = { kernel: contentOf('kernel'), initrd: contentOf('initrd'), cmdline: 'quiet', mtime: 0 };
  return assembleDisk(layout, {
    'ab-state': writeStatePartition(freshState, { size: MiB, serial: 1, mtime: 0 }),
    'boot-a': writeBootArchive({ ...files, verity, manifest, sums: '5dd29aab  kernel\n' }),
    'root-a': concatenate([segment]),
    'hash-a': concatenate([tree.image]),
  });
}

let scratch: string;
let raw: string;
let qcow2: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'inspect-'));
  [raw, qcow2] = [join(scratch, 'disk.raw'), join(scratch, 'disk.qcow2')];
  await writeRaw(makeDisk(), raw);
  await writeQcow2(makeDisk(), qcow2);
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

test('raw and qcow2 tell the same: partitions, state, slots, segments', async () => {
  const [fromRaw, fromQcow2] = [
    await inspectImage(raw, { verify: true }),
    await inspectImage(qcow2, { verify: true }),
  ];
  expect(fromRaw.format).toBe('raw');
  expect(fromQcow2.format).toBe('qcow2');
  expect({ ...fromQcow2, format: 'raw' }).toEqual(fromRaw);
  expect(fromRaw.partitions.map(({ number, label }) => `${number} ${label}`).join(', ')).toBe(
    '1 bios-boot, 2 esp, 3 ab-state, 4 boot-a, 5 root-a, 6 hash-a, 7 boot-b, 8 root-b, 9 hash-b, 10 data',
  );
  expect(fromRaw.state.copies).toEqual([freshState, freshState]);
  const [a, b] = fromRaw.slots;
  expect(a).toMatchObject({ name: 'A', status: 'good', first: true });
  expect(a?.archive?.manifest?.version).toBe('1.4.0');
  expect(a?.checks).toEqual(
    ['kernel', 'root hash', 'hash tree', 'segment base'].map((what) => ({ what, ok: true })),
  );
  expect(b).toEqual({ name: 'B', status: 'none', first: false, archive: undefined, checks: undefined });
});

async function changed(at: number, bytes: Uint8Array): Promise<string> {
  const path = join(scratch, 'changed.raw');
  await writeFile(path, await readFile(raw));
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
  return path;
}

test('a flipped byte in the root, in the tree, in the state is found', async () => {
  const fromBoot = await inspectImage(raw);
  const inRoot = await inspectImage(
    await changed(placeOf(layout, 'root-a').offset + 5000, Buffer.from('x')),
    { verify: true },
  );
  expect(inRoot.slots[0]?.checks?.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual([
    'root hash',
    'hash tree',
    'segment base',
  ]);
  const inTree = await inspectImage(
    await changed(placeOf(layout, 'hash-a').offset + 5000, Buffer.from('x')),
    { verify: true },
  );
  expect(inTree.slots[0]?.checks?.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual(['hash tree']);
  const { offset } = fromBoot.slots[0]!.archive!.files.find(({ name }) => name === 'kernel')!;
  const inKernel = await inspectImage(
    await changed(placeOf(layout, 'boot-a').offset + offset, Buffer.from('x')),
    { verify: true },
  );
  expect(inKernel.slots[0]?.checks?.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual(['kernel']);
  const state = await inspectImage(
    await changed(placeOf(layout, 'ab-state').offset + envOffsets[0], Buffer.alloc(512)),
  );
  expect(state.state.copies).toEqual([undefined, freshState]);
});

test('the state shown is the one that the boot loader goes by', async () => {
  const armed = await writeStateOf(arm(freshState, 'B'));
  const { slots } = await inspectImage(armed);
  expect(slots.map(({ status, first }) => [status, first])).toEqual([
    ['good', false],
    ['try3', true],
  ]);
});

async function writeStateOf(state: typeof freshState): Promise<string> {
  return changed(placeOf(layout, 'ab-state').offset + envOffsets[0], serialiseEnv(state));
}

test.each([
  ['nothing', new Uint8Array(0)],
  ['noise', Buffer.alloc(100_000, 'noise')],
  [
    'a qcow2 of another version',
    Buffer.concat([Buffer.from('QFI\xfb\0\0\0\x09', 'latin1'), Buffer.alloc(600)]),
  ],
  ['a qcow2 header of zeros', Buffer.concat([Buffer.from('QFI\xfb\0\0\0\x03', 'latin1'), Buffer.alloc(600)])],
])('%s is refused in words', async (_, bytes) => {
  const path = join(scratch, 'hostile');
  await writeFile(path, bytes);
  await expect(inspectImage(path)).rejects.toMatchObject({ fault: 'integrity' });
});

test('a file that is not there, and a directory', async () => {
  await expect(inspectImage(join(scratch, 'absent'))).rejects.toMatchObject({ code: 'image-unreadable' });
  await expect(inspectImage(scratch)).rejects.toBeInstanceOf(CatamaranError);
});

test('whatever byte of its metadata is changed, an image gives an answer or one of our errors', async () => {
  const original = await readFile(qcow2);
  const path = join(scratch, 'fuzzed.qcow2');
  const metadata = 6 * 65536;
  const interesting = fc.oneof(
    fc.nat(112),
    fc.nat(metadata - 1),
    fc.integer({ min: 65536, max: 65536 + 64 }),
  );
  await fc.assert(
    fc.asyncProperty(interesting, fc.nat(255), async (at, value) => {
      const bytes = Buffer.from(original);
      bytes[at] = value;
      await writeFile(path, bytes);
      await inspectImage(path, { verify: true }).catch((thrown) =>
        expect(thrown).toBeInstanceOf(CatamaranError),
      );
    }),
    { numRuns: 60 },
  );
});

test('an image that was cut off gives an answer or one of our errors', async () => {
  const path = join(scratch, 'cut');
  for (const [from, sizes] of [
    [qcow2, [100, 65536, 70_000, 200_000, 400_000]],
    [raw, [100, 20_000, 5 * MiB, 70 * MiB]],
  ] as const) {
    for (const size of sizes) {
      await writeFile(path, await readFile(from));
      await truncate(path, size);
      await inspectImage(path, { verify: true }).catch((thrown) =>
        expect(thrown).toBeInstanceOf(CatamaranError),
      );
    }
  }
});
