// What `run` makes of a file: a disk, the disk in an archive or a compressed file, a medium; and of which platform.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { renderTarHeader } from '../../src/archive/tar-header.ts';
import { openImage } from '../../src/run/open-image.ts';

let room: string;
let scratch: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-open-'));
  scratch = join(room, 'scratch');
  await mkdir(scratch);
});
afterEach(() => rm(room, { recursive: true }));

/** Mostly holes, with something at both ends. */
const disk = (mark = '') => {
  const bytes = Buffer.alloc(1 << 20);
  bytes.write(mark || 'boot');
  bytes.write('\x55\xaa', 510, 'latin1');
  bytes.write('end', bytes.length - 3);
  return bytes;
};
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function write(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(room, name);
  await writeFile(path, bytes);
  return path;
}

function tar(members: Readonly<Record<string, Buffer>>): Buffer {
  const parts = Object.entries(members).flatMap(([name, content]) => [
    renderTarHeader({
      ...{ name: Buffer.from(name), linkName: Buffer.alloc(0), type: '0', size: content.length },
      ...{ mode: 0o644, uid: 0, gid: 0, mtime: 0, major: 0, minor: 0 },
    }),
    content,
    Buffer.alloc((512 - (content.length % 512)) % 512),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

test('a disk as it is', async () => {
  const path = await write('server.raw', disk());
  expect(await openImage(path, scratch)).toEqual({ image: path, format: 'raw', platform: undefined });
});

test('what has no mark of a disk is none', async () => {
  for (const bytes of [Buffer.from('os: {id: x}\n'), Buffer.alloc(1 << 20), Buffer.alloc(0)])
    await expect(openImage(await write('passwd', bytes), scratch)).rejects.toMatchObject({
      code: 'image-malformed',
    });
});

test('the name says the platform, and else the format', async () => {
  const named = await write('server-1.4.0-virtualbox-amd64.vmdk', disk('KDMV'));
  expect(await openImage(named, scratch)).toMatchObject({ format: 'vmdk', platform: 'virtualbox' });
  expect(await openImage(await write('x.vmdk', disk('KDMV')), scratch)).toMatchObject({
    platform: 'vsphere',
  });
  expect(await openImage(await write('x.vhdx', disk('vhdxfile')), scratch)).toMatchObject({
    platform: 'hyperv',
  });
});

test('a compressed disk is unpacked for this run', async () => {
  const path = await write('server.raw.gz', gzipSync(disk()));
  const { image, format } = await openImage(path, scratch);
  expect(format).toBe('raw');
  expect(digest(await readFile(image))).toBe(digest(disk()));
  expect((await stat(image)).blocks * 512).toBeLessThan(disk().length / 2);
});

test('the disk of an OVA, and of the archive that Google takes', async () => {
  const vmdk = disk('KDMV');
  const ova = await write('s-1-vsphere-amd64.ova', tar({ 's.ovf': Buffer.from('<x/>'), 's.vmdk': vmdk }));
  const opened = await openImage(ova, scratch);
  expect(opened).toMatchObject({ format: 'vmdk', platform: 'vsphere' });
  expect(digest(await readFile(opened.image))).toBe(digest(vmdk));
  await rm(opened.image);
  const gce = await write('s-1-gce-amd64.tar.gz', gzipSync(tar({ 'disk.raw': disk() })));
  expect(await openImage(gce, scratch)).toMatchObject({ format: 'raw', platform: 'gcp' });
});

test('an archive without a disk, and what is not there', async () => {
  const path = await write('x.tar', tar({ readme: Buffer.from('x') }));
  await expect(openImage(path, scratch)).rejects.toThrow('is an archive without a disk');
  await expect(openImage(join(room, 'nothing'), scratch)).rejects.toMatchObject({
    fault: 'usage',
    diagnostics: [{ code: 'image-unreadable' }],
  });
});

test('an ISO is a CD, unless it is to be a stick', async () => {
  const iso = disk();
  iso.write('\x01CD001\x01', 32_768, 'latin1');
  const path = await write('live.iso', iso);
  expect(await openImage(path, scratch)).toEqual({ image: path, format: 'raw', medium: 'cd' });
  expect(await openImage(path, scratch, 'usb')).toMatchObject({ image: path, format: 'raw' });
});
