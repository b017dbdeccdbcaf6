// The list of blocks against the file, as one who uploads it would read both.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sparseImage } from '../../../src/disk/sparse.ts';
import { describeRegistration, writeAws } from '../../../src/output/cloud/write-aws.ts';
import { contentOf } from '../../../src/tree/content.ts';
import { bytesOf, sampleDisk } from './support.ts';

let room: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-aws-'));
});
afterAll(() => rm(room, { recursive: true }));

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');

test('every block that is not of zeros is listed with its digest', async () => {
  const disk = sampleDisk();
  const { ebs } = await writeAws(disk, join(room, 'disk.raw'));
  const file = await readFile(join(room, 'disk.raw'));
  expect(file.equals(await bytesOf(disk))).toBe(true);
  expect(ebs).toMatchObject({ blockSize: 524288, volumeSize: 1, changedBlocks: ebs.blocks.length });
  const expected = [];
  for (let index = 0; index * ebs.blockSize < file.length; index += 1) {
    const block = Buffer.alloc(ebs.blockSize);
    file.copy(block, 0, index * ebs.blockSize);
    if (block.some((byte) => byte !== 0)) expected.push({ index, sha256: sha256(block) });
  }
  expect(ebs.blocks).toEqual(expected);
  expect(ebs.checksum).toBe(
    sha256(Buffer.concat(expected.map((block) => Buffer.from(block.sha256, 'base64')))),
  );
});

test('the last block may be short in the file, and is whole in the list', async () => {
  const disk = sparseImage(524288 + 512, [{ offset: 524288, content: contentOf('x') }]);
  const { ebs, size } = await writeAws(disk, join(room, 'short.raw'));
  const block = Buffer.alloc(524288);
  block.write('x');
  expect(size).toBe(524288 + 512);
  expect(ebs.blocks).toEqual([{ index: 1, sha256: sha256(block) }]);
});

test('the request for an image: what each architecture boots by, and a name that EC2 takes', () => {
  const description = { name: 'light_house+1.4.0~rc:1', description: 'Lighthouse', volumeSize: 2 };
  expect(describeRegistration({ ...description, arch: 'amd64' })).toMatchObject({
    Name: 'light_house-1.4.0-rc-1',
    Architecture: 'x86_64',
    BootMode: 'uefi-preferred',
    EnaSupport: true,
    ImdsSupport: 'v2.0',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 2 } }],
  });
  expect(describeRegistration({ ...description, arch: 'arm64' })).toMatchObject({
    Architecture: 'arm64',
    BootMode: 'uefi',
  });
});
