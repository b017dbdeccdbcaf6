// What one output of a disk has hashed or compressed, the next one does not do again: with the same bytes and sums as alone.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Hypervisor } from '../../../src/output/cloud/ovf.ts';
import { writeAws } from '../../../src/output/cloud/write-aws.ts';
import { type OvaOptions, writeOva } from '../../../src/output/cloud/write-ova.ts';
import { writeFixedVhd } from '../../../src/output/cloud/write-vhd.ts';
import { writeVmdk } from '../../../src/output/cloud/write-vmdk.ts';
import { writeRawGzip } from '../../../src/output/disk/compressed.ts';
import { hashOfDisk } from '../../../src/output/write/disk-hash.ts';
import { writeRaw } from '../../../src/output/write/raw.ts';
import { sampleDisk } from '../cloud/support.ts';

let room: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-shared-'));
});
afterAll(() => rm(room, { recursive: true }));

const identity = 'sample 1.0';
const sumOf = async (path: string) =>
  `sha256:${createHash('sha256')
    .update(await readFile(path))
    .digest('hex')}`;

const writers = {
  raw: writeRaw,
  aws: writeAws,
  vhd: (disk, path) => writeFixedVhd(disk, path, { identity }),
  gzip: writeRawGzip,
} satisfies Record<string, typeof writeRaw>;
const names = Object.keys(writers) as (keyof typeof writers)[];

test.each(names)('%s first: the sums of all are those of their files', async (first) => {
  const disk = sampleDisk();
  for (const name of [first, ...names]) {
    const path = join(room, name);
    const written = await writers[name](disk, path);
    expect(written.digest).toBe(await sumOf(path));
    expect(hashOfDisk(disk)).toBeDefined();
    if (name === 'gzip') expect(written.uncompressed?.digest).toBe(await sumOf(join(room, 'raw')));
    if (name === first) await writeRaw(disk, join(room, 'raw'));
  }
});

const ova = (hypervisor: Hypervisor): OvaOptions => ({
  ...{ identity, stem: hypervisor },
  machine: {
    ...{ name: 'sample-1.0', product: 'Sample', vendor: 'sample', version: '1.0' },
    ...{ firmware: 'efi', processors: 2, memory: 2048, hypervisor },
  },
});

test('a VMDK is compressed once for all that hold it, and never taken from a file that has changed', async () => {
  const alone = await writeVmdk(sampleDisk(), join(room, 'alone.vmdk'), { identity });
  const disk = sampleDisk();
  const [first, second, third] = ['first.ova', 'second.ova', 'third.vmdk'].map((name) =>
    join(room, name),
  ) as [string, string, string];
  await writeOva(disk, first, ova('virtualbox'));
  expect((await writeVmdk(disk, third, { identity })).digest).toBe(alone.digest);
  const other = await writeOva(sampleDisk(), join(room, 'other.ova'), ova('vsphere'));
  expect((await writeOva(disk, second, ova('vsphere'))).digest).toBe(other.digest);
  expect((await writeVmdk(disk, third, { identity: 'other' })).digest).not.toBe(alone.digest);

  await writeFile(third, 'something else');
  await utimes(third, 1, 1);
  expect((await writeVmdk(disk, join(room, 'fourth.vmdk'), { identity })).digest).toBe(alone.digest);
  expect(await sumOf(join(room, 'fourth.vmdk'))).toBe(alone.digest);
});
