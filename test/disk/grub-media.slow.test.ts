import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installCd, installHybrid } from '../../src/disk/grub-cd.ts';
import { type MediaGrub, makeMediaGrub } from '../../src/disk/grub-media.ts';
import { hostTools } from '../support/tools.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'grub-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function make(arch: 'amd64' | 'arm64', name: string) {
  const modules = (await hostTools([`tools-grub-${arch}`])).path('usr/lib/grub');
  const { run } = await hostTools();
  return { modules, images: await makeMediaGrub(arch, { run, modules, scratch: join(scratch, name) }) };
}

type Part = (images: MediaGrub) => Uint8Array | undefined;
const nothing = new Uint8Array(0);

test.each(['amd64', 'arm64'] as const)(
  '%s: the same bytes twice, a BIOS only where there is one',
  async (arch) => {
    const { images } = await make(arch, `${arch}-1`);
    const again = (await make(arch, `${arch}-2`)).images;
    for (const part of [({ efi }) => efi, ({ bios }) => bios?.cd, ({ bios }) => bios?.hybrid] as Part[])
      expect(Buffer.compare(part(again) ?? nothing, part(images) ?? nothing)).toBe(0);
    expect(images.bios === undefined).toBe(arch === 'arm64');
    expect(Buffer.from(images.efi).includes(scratch)).toBe(false);
  },
);

test('each part of the BIOS image is told where the rest lies', async () => {
  const { modules, images } = await make('amd64', 'bios');
  const { cd, hybrid } = images.bios!;
  const [offset, sector] = [4096 * 50, 512];
  const image = Buffer.from(installCd(cd, offset));
  const cdboot = await readFile(join(modules, 'i386-pc/cdboot.img'));
  // grub-core/boot/i386/pc/cdboot.S: the boot information table, from byte 8 to 63.
  expect(image.subarray(64, cdboot.length).equals(cdboot.subarray(64))).toBe(true);
  expect([8, 12, 16].map((at) => image.readUInt32LE(at))).toEqual([16, offset / 2048, cd.length]);
  expect(Number(image.readBigUInt64LE(2048 + 500))).toBe((offset + 2048) / sector + 1);
  const code = Buffer.from(installHybrid(hybrid, offset));
  expect(code).toHaveLength(440);
  expect(Number(code.readBigUInt64LE(0x1b0))).toBe((offset + 2048) / sector);
});
