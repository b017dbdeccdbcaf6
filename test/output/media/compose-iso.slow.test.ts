// The composed ISO, by xorriso's word and by our own reader; and what may be changed in it afterwards. That it boots is
// shown in test/boot/iso.test.ts.
import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { argumentsLimit, configLimit } from '../../../src/contract/config-area.ts';
import { readInstallIndex } from '../../../src/contract/install.ts';
import { layoutDisk } from '../../../src/disk/disk-layout.ts';
import { type MediaGrub, makeMediaGrub } from '../../../src/disk/grub-media.ts';
import { findInIso } from '../../../src/disk/iso9660-reader.ts';
import { liveScript } from '../../../src/disk/live-script.ts';
import { concatenate } from '../../../src/disk/sparse.ts';
import { volumeLabel } from '../../../src/output/media/boot-iso.ts';
import { composeIso, mediaPaths } from '../../../src/output/media/compose-iso.ts';
import { customizeIso, readCustomIso } from '../../../src/output/media/customize.ts';
import type { Installer } from '../../../src/output/media/installer.ts';
import { writeRaw } from '../../../src/output/write/raw.ts';
import { catamaran } from '../../cli/fake-io.ts';
import { hostTools } from '../../support/tools.ts';

let scratch: string;
let grub: Record<'amd64' | 'arm64', MediaGrub>;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'iso-'));
  const make = async (arch: 'amd64' | 'arm64') => {
    const { run } = await hostTools();
    const modules = (await hostTools([`tools-grub-${arch}`])).path('usr/lib/grub');
    return makeMediaGrub(arch, { run, modules, scratch: join(scratch, arch) });
  };
  grub = { amd64: await make('amd64'), arm64: await make('arm64') };
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const bytesOf = (size: number) => Uint8Array.from({ length: size }, (_, index) => (index * 31 + size) & 0xff);
const slot = {
  boot: concatenate([bytesOf(100_352)]),
  root: concatenate([bytesOf(81_920), bytesOf(4096)]),
  hash: concatenate([bytesOf(8192)]),
};
const os = { id: 'lighthouse', version: '1.4.0-rc1' };

async function makeIso(name: string, { arch = 'amd64' as 'amd64' | 'arm64', plain = false } = {}) {
  const path = join(scratch, name);
  await writeRaw(composeIso({ slot, grub: grub[arch], os, arch, epoch: 1_700_000_000, plain }), path);
  return path;
}

async function report(path: string): Promise<string> {
  const tools = await hostTools();
  const asked = ['-report_el_torito', 'plain', '-report_system_area', 'plain'];
  const { stdout } = await tools.run('xorriso', ['-no_rc', '-indev', path, ...asked]);
  // Places and sizes are those of GRUB's images, which are Debian's of the day.
  return stdout
    .replace(/\b[0-9a-f]{32}\b/g, 'GUID')
    .replace(/\b\d{2,}\b/g, 'N')
    .replace(/ +/g, ' ');
}

test.each([
  ['hybrid', {}],
  ['plain', { plain: true }],
  ['arm64', { arch: 'arm64' as const }],
] as const)('%s: what xorriso finds', async (name, options) => {
  const path = await makeIso(`${name}.iso`, options);
  await expect(await report(path)).toMatchFileSnapshot(`goldens/iso-${name}.txt`);
});

test('root and hash tree lie on 4 KiB, as they are', async () => {
  const path = await makeIso('places.iso');
  const file = await open(path, 'r');
  try {
    for (const part of ['boot', 'root', 'hash'] as const) {
      const { offset, size } = (await findInIso(file, mediaPaths[part]))!;
      expect(offset % 4096).toBe(0);
      const bytes = Buffer.alloc(size);
      await file.read(bytes, 0, size, offset);
      const expected = Buffer.concat(
        slot[part].extents.map(({ content }) => (content.at === 'memory' ? content.bytes : bytesOf(0))),
      );
      expect(Buffer.compare(bytes, expected)).toBe(0);
    }
    expect(await findInIso(file, 'catamaran/nothing')).toBeUndefined();
    expect(await findInIso(file, 'catamaran')).toBeUndefined();
  } finally {
    await file.close();
  }
});

test('with an installer: its index lies where the kernel’s arguments say, and names the places of everything', async () => {
  const layout = layoutDisk({
    osId: os.id,
    arch: 'amd64',
    sizes: { slot: 1 << 20, data: 1 << 20, esp: 1 << 20 },
  });
  const packed = bytesOf(8192);
  const sum = 'ab'.repeat(32);
  const installer: Installer = {
    install: {
      ...{ os: os.id, version: os.version, arch: 'amd64', roothash: sum, salt: '', dataBlocks: 21 },
      ...{ size: layout.size, partitions: layout.partitions, pieces: { data: [{ offset: 0, size: 8192 }] } },
    },
    sums: { boot: sum, root: sum, hash: sum, packed: sum },
    packed: concatenate([packed]),
  };
  const path = join(scratch, 'installer.iso');
  await writeRaw(
    composeIso({ slot, grub: grub.amd64, os, arch: 'amd64', epoch: 1_700_000_000, installer }),
    path,
  );
  const bytes = await readFile(path);
  const file = await open(path, 'r');
  try {
    const place = async (name: keyof typeof mediaPaths) => (await findInIso(file, mediaPaths[name]))!;
    const script = await place('live');
    const live = bytes.toString('latin1', script.offset, script.offset + script.size);
    const sector = Number(/catamaran\.live=\w+,\d+,\d+,\d+,(\d+)'/.exec(live)![1]);
    expect(sector * 512).toBe((await place('install')).offset);
    const index = readInstallIndex(bytes.subarray(sector * 512), 'install.json', (text) =>
      createHash('sha256').update(text).digest('hex'),
    );
    for (const name of ['boot', 'root', 'hash', 'packed'] as const)
      expect(index.images[name]).toEqual({ ...(await place(name)), sha256: sum });
    const { offset } = index.images.packed;
    expect(Buffer.compare(bytes.subarray(offset, offset + packed.length), packed)).toBe(0);
  } finally {
    await file.close();
  }
});

test('the same bytes each time', async () => {
  const sums = [];
  for (const name of ['one.iso', 'other.iso'])
    sums.push(
      createHash('sha256')
        .update(await readFile(await makeIso(name)))
        .digest('hex'),
    );
  expect(sums[0]).toBe(sums[1]);
});

test('the script', async () => {
  await expect(liveScript(volumeLabel(os))).toMatchFileSnapshot('goldens/live.cfg');
});

test('a label is what a volume may have', () => {
  expect(volumeLabel(os)).toBe('LIGHTHOUSE_1_4_0_RC1');
  expect(volumeLabel({ id: 'x'.repeat(40), version: '1' })).toHaveLength(32);
});

describe('customize', () => {
  const run = (...words: string[]) => catamaran(['iso', 'customize', ...words], { cwd: scratch });

  test('changes the config area and no other byte; what is not given stays', async () => {
    const path = await makeIso('custom.iso');
    await writeFile(join(scratch, 'config.yml'), 'hostname: a\n');
    const before = await readFile(path);
    await symlink('custom.iso', join(scratch, 'link.iso'));
    expect(await run('link.iso', '--cmdline', 'quiet a=b', '--config', 'config.yml')).toMatchObject({
      code: 0,
      stdout: 'link.iso\n',
    });
    expect((await run('custom.iso', '--cmdline', 'loud')).code).toBe(0);
    expect((await run('custom.iso', '--show')).stdout).toBe('cmdline: loud\nhostname: a\n');
    const after = await readFile(path);
    const { place } = await readCustomIso(path);
    const end = place.offset + place.size;
    expect(after.length).toBe(before.length);
    expect(Buffer.compare(after.subarray(0, place.offset), before.subarray(0, place.offset))).toBe(0);
    expect(Buffer.compare(after.subarray(end), before.subarray(end))).toBe(0);
    expect((await readdir(scratch)).filter((name) => name.includes('.part'))).toEqual([]);
  });

  test('what is too long, or cannot be handed over, is refused, and nothing changes', async () => {
    const path = await makeIso('refused.iso');
    const before = await readFile(path);
    await expect(customizeIso(path, { arguments: 'x'.repeat(argumentsLimit + 1) })).rejects.toMatchObject({
      code: 'config-area-full',
    });
    await expect(customizeIso(path, { config: new Uint8Array(configLimit + 1) })).rejects.toMatchObject({
      code: 'config-area-full',
    });
    await expect(customizeIso(path, { arguments: "a='b'" })).rejects.toMatchObject({
      code: 'cmdline-quoted',
    });
    expect(Buffer.compare(await readFile(path), before)).toBe(0);
  });

  test('no ISO of ours, one that is damaged or cut short, and one that is not there', async () => {
    await writeFile(join(scratch, 'zeros'), new Uint8Array(100_000));
    await writeFile(join(scratch, 'empty'), '');
    const damaged = await makeIso('damaged.iso');
    const { place } = await readCustomIso(damaged);
    const file = await open(damaged, 'r+');
    await file.write('x', place.offset + 60).finally(() => file.close());
    const short = await makeIso('short.iso');
    await truncate(short, (await stat(short)).size - 100_000);
    const codes = [];
    for (const name of ['zeros', 'empty', 'damaged.iso', 'short.iso', 'missing']) {
      const { code, stderr } = await run(name, '--cmdline', 'a');
      codes.push([name, code, /error: (.*)\n/.exec(stderr)?.[1]?.replaceAll(scratch, '')]);
    }
    expect(codes).toEqual([
      ['zeros', 2, expect.stringContaining('is no ISO of Catamaran')],
      ['empty', 2, expect.stringContaining('is no ISO of Catamaran')],
      ['damaged.iso', 5, expect.stringContaining('the config area of /damaged.iso is damaged')],
      ['short.iso', 5, expect.stringMatching(/^\/short\.iso is cut short: it has [\d.]+ MiB of [\d.]+ MiB/)],
      ['missing', 2, expect.stringContaining('cannot open')],
    ]);
    expect((await run('damaged.iso')).code).toBe(2);
  });
});
