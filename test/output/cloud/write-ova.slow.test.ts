// A finished OVA taken apart by another program's library, and everything that it says of itself computed again.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Header, extract as openTar } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OvaOptions, writeOva } from '../../../src/output/cloud/write-ova.ts';
import { hostTools } from '../../support/tools.ts';
import { bytesOf, sampleDisk } from './support.ts';

let room: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-ova-'));
});
afterAll(() => rm(room, { recursive: true }));

const disk = sampleDisk();
const options: OvaOptions = {
  identity: 'sample 1.0',
  stem: 'sample-1.0',
  machine: {
    name: 'sample-1.0',
    product: 'Sample <Linux> & "Friends"',
    vendor: 'Catamaran',
    version: '1.0',
    firmware: 'efi',
    hypervisor: 'vsphere',
    processors: 2,
    memory: 2048,
  },
};

async function membersOf(path: string): Promise<{ header: Header; bytes: Buffer }[]> {
  const members: { header: Header; bytes: Buffer }[] = [];
  for await (const entry of createReadStream(path).pipe(openTar())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    members.push({ header: entry.header, bytes: Buffer.concat(chunks) });
  }
  return members;
}

describe.each(['vsphere', 'virtualbox'] as const)('%s', (hypervisor) => {
  test('description, manifest and disk, in this order, and each digest and size is right', async () => {
    const path = join(room, `${hypervisor}.ova`);
    await writeOva(disk, path, { ...options, machine: { ...options.machine, hypervisor } });
    const [ovf, manifest, vmdk] = await membersOf(path);
    expect([ovf, manifest, vmdk].map((member) => member!.header.name)).toEqual([
      'sample-1.0.ovf',
      'sample-1.0.mf',
      'sample-1.0-disk1.vmdk',
    ]);
    expect((await readFile(path)).toString('latin1', 257, 265)).toBe('ustar\x0000');
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(manifest!.bytes.toString()).toBe(
      `SHA256(sample-1.0.ovf)= ${sha256(ovf!.bytes)}\nSHA256(sample-1.0-disk1.vmdk)= ${sha256(vmdk!.bytes)}\n`,
    );
    const text = ovf!.bytes.toString();
    expect(text).toContain(
      `ovf:href="sample-1.0-disk1.vmdk" ovf:id="file1" ovf:size="${vmdk!.bytes.length}"`,
    );
    expect(text).toContain(`ovf:capacity="${disk.size}" ovf:capacityAllocationUnits="byte"`);
    expect(text).toContain('<Product>Sample &lt;Linux&gt; &amp; &quot;Friends&quot;</Product>');

    const [taken, plain] = [join(room, 'taken.vmdk'), join(room, 'plain')];
    await writeFile(taken, vmdk!.bytes);
    await writeFile(plain, await bytesOf(disk));
    const tools = await hostTools();
    await tools.run('qemu-img', ['check', '-q', '-f', 'vmdk', taken]);
    await tools.run('qemu-img', ['compare', '-q', '-f', 'raw', '-F', 'vmdk', plain, taken]);
  });
});

test('two writings give the same bytes, and leave nothing beside them', async () => {
  const digests = [];
  for (const name of ['one.ova', 'other.ova']) {
    const { digest } = await writeOva(disk, join(room, name), options);
    digests.push(digest);
  }
  expect(digests[0]).toBe(digests[1]);
  expect((await readdir(room)).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('after an abort in the middle nothing is left', async () => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const before = await readdir(room);
  const advance = () => abort.abort(reason);
  // Another disk: of one that was written the VMDK is remembered.
  const other = { ...disk };
  const writing = writeOva(other, join(room, 'aborted.ova'), { ...options, signal: abort.signal, advance });
  await expect(writing).rejects.toBe(reason);
  expect(await readdir(room)).toEqual(before);
});
