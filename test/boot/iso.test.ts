// The live ISO in real machines: as a CD and as a stick, by BIOS and by UEFI; customized, damaged, and cut short. A sample
// always, all by `npm run test:platforms`.
import { mkdtemp, open, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Firmware } from '../../src/base/firmware.ts';
import { findInIso } from '../../src/disk/iso9660-reader.ts';
import { concatenate, shift, sparseImage } from '../../src/disk/sparse.ts';
import { writeGpt } from '../../src/gpt/write.ts';
import { customizeIso } from '../../src/output/media/customize.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import { contentOf } from '../../src/tree/content.ts';
import { type LiveSystem, makeLive } from '../support/live.ts';
import { withMachine } from '../support/machine.ts';
import { hostTools } from '../support/tools.ts';
import { copyDisk } from '../support/twin-machine.ts';
import { liveRows, type MediaRow } from './rows.ts';

const minute = 60_000;
const everything = process.env.CATAMARAN_PLATFORMS === 'all';

let scratch: string;
let live: LiveSystem;
let iso: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'catamaran-live-'));
  live = await makeLive(join(scratch, 'live'), 'component:kernel-generic');
  iso = await live.writeIso('live.iso');
}, 20 * minute);
afterAll(() => rm(scratch, { recursive: true, force: true }));

const media = {
  cd: (path: string) => [
    ...['-drive', `if=none,id=medium,format=raw,readonly=on,media=cdrom,file=${path}`],
    ...['-device', 'ide-cd,bus=ide.0,drive=medium,bootindex=0'],
  ],
  usb: (path: string) => [
    ...['-drive', `if=none,id=medium,format=raw,readonly=on,file=${path}`],
    ...['-device', 'qemu-xhci', '-device', 'usb-storage,drive=medium,bootindex=0'],
  ],
} as const;

/** What the console says until it has said `pattern`. */
async function boot(extra: readonly string[], firmware: Firmware, pattern: RegExp): Promise<string> {
  return withMachine({ firmware, extra, network: 'none' }, async (machine) => {
    await machine.serial.waitFor(pattern, 10 * minute);
    return machine.serial.text;
  });
}

const rows: readonly MediaRow[] = liveRows;
const tested = rows.filter(({ sample }) => sample || everything);

test.each(tested)('$format as $medium by $firmware', async ({ format, medium, firmware }) => {
  if (medium === 'disk') throw new Error('a live medium is a CD or a stick');
  const plain = format === 'iso-plain';
  const path = plain ? await live.writeIso('plain.iso', { plain }) : iso;
  const text = await boot(media[medium](path), firmware, /@ end/);
  const device = medium === 'cd' ? 'sr0' : 'sda';
  expect(text).toContain(`@ {"live":"${device}","version":"1.2.3","rootHash":"${live.rootHash}",`);
  expect(text).toMatch(/@ catamaran-agent stage .*: this is a live system/);
  expect(text).toMatch(/@ catamaran-agent rollback: this is a live system/);
  expect(text).toMatch(/@ tmpfs \/var tmpfs/);
});

/** A disk with a file system in a partition that is called as ours. */
async function makeDataDisk(path: string): Promise<void> {
  const image = join(scratch, 'data.ext4');
  const size = 32 << 20;
  await (await hostTools()).run('mke2fs', ['-q', '-t', 'ext4', image, `${size / 1024}`]);
  const [first, sectors] = [2048, size / 512];
  const { primary, backup } = writeGpt({
    diskGuid: '00000000-0000-4000-8000-000000000001',
    sectors: first + sectors + 2048,
    partitions: [
      {
        type: '0fc63daf-8483-4772-8e79-3d69d8477de4',
        guid: '00000000-0000-4000-8000-000000000002',
        label: 'data',
        attributes: 0n,
        firstLba: first,
        lastLba: first + sectors - 1,
      },
    ],
  });
  const end = (first + sectors + 2048) * 512;
  const extents = [
    { offset: 0, content: contentOf(primary) },
    ...shift(concatenate([{ at: 'file', path: image, offset: 0, size }]), first * 512),
    { offset: end - backup.length, content: contentOf(backup) },
  ];
  await writeRaw(sparseImage(end, extents), path);
}

test('customized, as cd by bios, with its data on a disk', async () => {
  const path = await copyDisk(iso, join(scratch, 'custom.iso'));
  const config = Buffer.from('hostname: custom\n# ünïcode\n');
  await customizeIso(path, { arguments: 'test.word=1 loglevel=5', config });
  const disk = join(scratch, 'data.raw');
  await makeDataDisk(disk);
  const data = ['-drive', `if=none,id=data,format=raw,file=${disk}`, '-device', 'virtio-blk-pci,drive=data'];
  const text = await boot([...media.cd(path), ...data], 'bios', /@ end/);
  expect(text).toContain('@ hostname: custom');
  expect(text).toMatch(/@ BOOT_IMAGE.* catamaran\.live=LIVE_TEST_1_2_3,\S+ test\.word=1 loglevel=5/);
  expect(text).toMatch(/@ \/dev\/vda1 \/var ext4/);
});

interface Damage {
  readonly name: string;
  readonly file: string;
  /** From the file's beginning. */
  readonly offset: number;
  readonly says: RegExp;
}

const damages: readonly Damage[] = [
  {
    name: 'the root image',
    file: 'catamaran/root.img',
    offset: 100,
    says: /verity: .*data block 0 is corrupted[\s\S]*Kernel panic/,
  },
  {
    name: 'the top of the hash tree',
    file: 'catamaran/hash.img',
    offset: 4100,
    says: /is damaged: its hash tree/,
  },
  { name: 'the kernel', file: 'catamaran/boot.img', offset: 1 << 20, says: /the medium is damaged/ },
  { name: 'the config area', file: 'catamaran/config.env', offset: 80, says: /config area .* is damaged/ },
];

test.each(everything ? damages : [])('a bit flipped in $name: it says so', async ({ file, offset, says }) => {
  const path = await copyDisk(iso, join(scratch, 'damaged.iso'));
  const handle = await open(path, 'r+');
  const place = (await findInIso(handle, file))!;
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, place.offset + offset);
  await handle.write(Uint8Array.of(byte[0]! ^ 4), 0, 1, place.offset + offset);
  await handle.close();
  const text = await boot(media.cd(path), 'bios', says);
  expect(text).not.toContain('stage 1');
});

test.each(everything ? (['bios', 'uefi'] as const) : [])('cut short, by %s: it says so', async (firmware) => {
  const path = await copyDisk(iso, join(scratch, 'short.iso'));
  await truncate(path, 96 << 20);
  await boot(media.cd(path), firmware, /the medium sr0 is cut short: it has \d+ MiB of \d+/);
});
