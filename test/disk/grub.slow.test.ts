import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { espFiles, installBios, makeGrub } from '../../src/disk/grub.ts';
import { grubScript } from '../../src/disk/grub-script.ts';
import { hostTools } from '../support/tools.ts';

/** GRUB's STABLE_EMBEDDING_TIMESTAMP: the first of January 2015. */
const stableTimestamp = 1_420_070_400;

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'grub-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function make(arch: 'amd64' | 'arm64', name: string) {
  const tools = await hostTools();
  const modules = (await hostTools([`tools-grub-${arch}`])).path('usr/lib/grub');
  return makeGrub(arch, { run: tools.run, modules, scratch: join(scratch, name) });
}

test.each([
  ['amd64', 'EFI/BOOT/BOOTX64.EFI', 0x8664],
  ['arm64', 'EFI/BOOT/BOOTAA64.EFI', 0xaa64],
] as const)('%s: the same bytes twice, an EFI application of that machine', async (arch, path, machine) => {
  const [one, other] = [await make(arch, `${arch}-1`), await make(arch, `${arch}-2`)];
  expect(one).toEqual(other);
  expect(one.bios === undefined).toBe(arch === 'arm64');
  const files = espFiles(arch, one);
  expect([...files.keys()]).toEqual([path, 'grub/grub.cfg']);
  const efi = Buffer.from(files.get(path)!);
  const header = efi.readUInt32LE(0x3c);
  expect(efi.toString('latin1', header, header + 4)).toBe('PE\0\0');
  expect(efi.readUInt16LE(header + 4)).toBe(machine);
  // What a host would leave behind: paths and dates.
  expect(efi.includes(scratch)).toBe(false);
  expect(efi.readUInt32LE(header + 8)).toBe(stableTimestamp);
});

test('the boot code fits before the partition table and loads the core image from its partition', async () => {
  const { bios } = await make('amd64', 'bios');
  const { bootCode, core } = installBios(bios!, 4096);
  expect(bootCode).toHaveLength(440);
  const view = new DataView(bootCode.buffer);
  expect(view.getBigUint64(0x5c, true)).toBe(4096n);
  const first = new DataView(core.buffer, core.byteOffset);
  expect(first.getBigUint64(500, true)).toBe(4097n);
  // grub-mkimage has filled in how many sectors follow the first.
  expect(first.getUint16(508, true)).toBe(Math.ceil(core.length / 512) - 1);
  expect(core.length).toBeLessThan(1 << 20);
});

test('the script', async () => {
  await expect(grubScript).toMatchFileSnapshot('grub.cfg.golden');
});
