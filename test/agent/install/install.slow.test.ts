// The installer on a machine in a directory: what it writes is the built disk; what it refuses, and how it fails. That the
// result boots is shown in test/boot/install.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FoundGpt } from '../../../src/gpt/read.ts';
import { readGpt } from '../../../src/gpt/read.ts';
import { partitionRoles } from '../../../src/slots/constants.ts';
import { runInstallCommand } from '../run-command.ts';
import { fresh } from '../slots/fixtures.ts';
import { builtDisk, bytesOfDisk, type LiveHost, layout, liveHost, makeMedium } from './support.ts';

const MiB = 1 << 20;
const medium = await makeMedium();
const built = await bytesOfDisk(builtDisk);

let root: string;
let host: LiveHost;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'catamaran-installer-'));
  host = liveHost(root, medium);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const install = (...words: string[]) => runInstallCommand(['install', ...words], host);
const disk = (name = 'vda') => host.read(`/dev/${name}`);
const said = () => host.printed.join('\n');

const readTable = (bytes: Buffer): Promise<FoundGpt> =>
  readGpt(async (offset, size) => bytes.subarray(offset, offset + size), bytes.length);

/** All but the two copies of the table and what lies behind the last partition. */
const body = (bytes: Buffer) => bytes.subarray(MiB, layout.size - MiB);

/** Before its first and its last MiB have anything, firmware and `install` take a disk for empty. */
const isEmpty = (bytes: Buffer) =>
  bytes.subarray(0, MiB).every((byte) => byte === 0) && bytes.subarray(-MiB).every((byte) => byte === 0);

describe('what it writes', () => {
  test('is the built disk, but for GUIDs of its own', async () => {
    host.addDisk('vda');
    expect([install('vda'), said()]).toEqual([
      0,
      expect.stringContaining('is on /dev/vda, read back and verified'),
    ]);
    const bytes = disk();
    expect(Buffer.compare(body(bytes), body(built))).toBe(0);
    expect(Buffer.compare(bytes.subarray(0, 512), built.subarray(0, 512))).toBe(0);
    const [own, image] = [await readTable(bytes), await readTable(built)];
    expect(own.faults).toEqual([]);
    const plain = ({ partitions }: FoundGpt) => partitions.map(({ guid: _, ...rest }) => rest);
    expect(plain(own)).toEqual(plain(image));
    const guids = [own.diskGuid, ...own.partitions.map(({ guid }) => guid)];
    expect(new Set(guids).size).toBe(partitionRoles.length + 1);
    const ofHash = (table: FoundGpt) => table.partitions.slice(4, 6).map(({ guid }) => guid);
    expect(ofHash(own)).toEqual(ofHash(image));
    expect(ofHash(own).join('').replaceAll('-', '')).toBe(fresh.manifest.roothash);
    for (const guid of guids) if (!ofHash(own).includes(guid)) expect(guid).toMatch(/^.{14}4/);
  });

  test('on a larger disk that held something: the same, its table at both ends, nothing of before', async () => {
    const size = layout.size + 5 * MiB;
    host.addDisk('vda', { size, content: Buffer.alloc(size, 0xa5) });
    expect(install('/dev/vda', '--wipe')).toBe(0);
    const bytes = disk();
    const own = await readTable(bytes);
    expect(own.faults).toEqual([]);
    for (const role of ['bios-boot', 'esp', 'ab-state', 'data'] as const) {
      const { firstLba, lastLba } = own.partitions.find(({ label }) => label === role)!;
      const of = (whole: Buffer) => whole.subarray(firstLba * 512, (lastLba + 1) * 512);
      expect([role, Buffer.compare(of(bytes), of(built))]).toEqual([role, 0]);
    }
    const b = own.partitions.find(({ label }) => label === 'boot-b')!.firstLba * 512;
    expect(bytes.subarray(b, b + 4096).every((byte) => byte === 0)).toBe(true);
    expect(said()).toContain('8 MiB from the first start on');
  });

  test('for UEFI alone: nothing that a BIOS starts', async () => {
    host.addDisk('vda');
    expect(install('vda', '--firmware', 'uefi')).toBe(0);
    const bytes = disk();
    expect(bytes.subarray(0, 440).every((byte) => byte === 0)).toBe(true);
    expect(bytes.subarray(MiB, 2 * MiB).every((byte) => byte === 0)).toBe(true);
    expect(Buffer.compare(bytes.subarray(2 * MiB, -MiB), built.subarray(2 * MiB, -MiB))).toBe(0);
  });

  test('for a BIOS alone: an ESP without the application', async () => {
    host.addDisk('vda');
    expect(install('vda', '--firmware', 'bios')).toBe(0);
    const esp = disk().subarray(2 * MiB, 4 * MiB);
    expect(esp.subarray(0, 512).some((byte) => byte !== 0)).toBe(true);
    expect(esp.subarray(512).every((byte) => byte === 0)).toBe(true);
    expect(said()).toContain('started by     BIOS');
  });

  test('of a medium without BIOS: the same as for UEFI; a BIOS is refused', async () => {
    host.put('/dev/sr0', await makeMedium(['esp', 'ab-state', 'data']));
    host.addDisk('vda');
    expect(install('vda', '--firmware', 'bios')).toBe(2);
    expect(said()).toContain('machines of amd64 have no BIOS');
    expect(install('vda')).toBe(0);
    expect(
      disk()
        .subarray(0, 440)
        .every((byte) => byte === 0),
    ).toBe(true);
    expect(said()).toContain('started by     UEFI');
  });

  test('what is zero already is not written', () => {
    host.addDisk('vda');
    expect(install('vda')).toBe(0);
    expect(host.calls.filter((call) => call.includes('if=/dev/zero'))).toEqual([]);
  });
});

describe('settings', () => {
  const target = '/run/catamaran/install/lib';

  test('a configuration and a channel are where the machine looks for them', () => {
    host.addDisk('vda');
    host.put('/run/my.yml', '#cloud-config\nhostname: ü\n');
    expect(install('vda', '--config', '/run/my.yml', '--channel', 'beta')).toBe(0);
    expect(host.read(`${target}/catamaran/config/user-data`).toString()).toBe('#cloud-config\nhostname: ü\n');
    expect(host.read(`${target}/etc/catamaran/update.yml`).toString()).toBe('channel: beta\n');
    const place = layout.partitions.find(({ role }) => role === 'data')!;
    expect(host.calls).toContain(
      `env DM_DISABLE_UDEV=1 dmsetup create catamaran-install-data --noudevsync --table 0 ${place.size / 512} linear /dev/vda ${place.offset / 512}`,
    );
    const mounts = host.calls
      .filter((call) => /^u?mount /.test(call))
      .map((call) => /-o (..)|^umount/.exec(call)?.[1]);
    expect(mounts).toEqual(['rw', undefined, 'ro', undefined]);
  });

  test('the one in the medium’s config area is taken where none is named', () => {
    host.addDisk('vda');
    host.put('/run/catamaran/config', 'hostname: medium\n');
    expect(install('vda')).toBe(0);
    expect(host.read(`${target}/catamaran/config/user-data`).toString()).toBe('hostname: medium\n');
    expect(said()).toContain('configuration  of /run/catamaran/config');
  });

  test.each([
    ['a file that is not there', ['--config', '/run/none'], /\/run\/none cannot be read/],
    ['a directory', ['--config', '/run/catamaran'], /is no file of at most 1048576 bytes/],
    ['no name of a channel', ['--channel', 'Beta!'], /"Beta!" is no name of a channel/],
  ])('%s is refused, and the disk stays', (_, words, says) => {
    host.addDisk('vda');
    expect(install('vda', ...words)).toBe(2);
    expect(said()).toMatch(says);
    expect(isEmpty(disk())).toBe(true);
  });

  test('too large a configuration is refused', () => {
    host.addDisk('vda');
    host.put('/run/large', Buffer.alloc(MiB + 1));
    expect(install('vda', '--config', '/run/large')).toBe(2);
  });

  test('a channel is refused where /etc is forgotten', () => {
    host.addDisk('vda');
    host.put('/proc/cmdline', `${host.readText('/proc/cmdline')!.trim()} catamaran.etc=memory\n`);
    expect(install('vda', '--channel', 'beta')).toBe(2);
    expect(said()).toContain('forgets what is changed in /etc');
  });
});

describe('refused, and the disk stays as it is', () => {
  const held = Buffer.alloc(4096, 7);

  test.each<[string, Parameters<LiveHost['addDisk']>[1], string[], RegExp]>([
    [
      'one that holds data',
      { content: held },
      [],
      /holds something that is not known here\n {2}hint: Add --wipe/,
    ],
    ['one that is too small', { size: layout.size - 512 }, ['--wipe'], /too small: it has .* are needed/],
    ['one that is read-only', { facts: { ro: '1' } }, ['--wipe'], /\/dev\/vda is read-only/],
    [
      'one with large sectors',
      { facts: { 'queue/logical_block_size': '4096' } },
      ['--wipe'],
      /sectors of 4096 bytes/,
    ],
    ['one in use', { facts: { 'holders/dm-3': '' } }, ['--wipe'], /in use: \/dev\/vda is a part of dm-3/],
  ])('%s', (_, options, words, says) => {
    host.addDisk('vda', options);
    const before = disk();
    expect(install('vda', ...words)).toBe(2);
    expect(said()).toMatch(says);
    expect(Buffer.compare(disk(), before)).toBe(0);
  });

  test.each([
    ['mounted', '/proc/self/mounts', '/dev/vda1 /data ext4 rw 0 0\n', /\/dev\/vda1 is mounted on \/data/],
    ['swap', '/proc/swaps', 'Filename Type\n/dev/vda1 partition 1 0 -2\n', /\/dev\/vda1 is swap/],
  ])('a partition of it is %s', (_, file, text, says) => {
    host.addDisk('vda', { facts: { 'vda1/partition': '1' } });
    host.put(file, text);
    expect(install('vda', '--wipe')).toBe(2);
    expect(said()).toMatch(says);
  });

  test('the disk that the system runs from, by one of its partitions', () => {
    host.put('/run/catamaran/live', 'sda1\n');
    host.put('/dev/sda1', medium);
    host.addDisk('sda', { facts: { 'sda1/partition': '1' } });
    expect(install('sda', '--wipe')).toBe(2);
    expect(said()).toContain('/dev/sda is what this system runs from');
  });

  test('a name that is none, and a partition', () => {
    host.addDisk('vda', { facts: { 'vda1/partition': '1' } });
    host.put('/dev/vda1', '');
    expect([install('vdx'), install('/dev/vda1'), install('../etc')]).toEqual([2, 2, 2]);
    expect(said()).toContain('vdx is no disk of this machine\n  hint: There are vda.');
    expect(said()).toContain('/dev/vda1 is no disk of this machine');
  });

  test('on a machine that runs from its disk, and on a live system from a network', () => {
    rmSync(join(root, 'run/catamaran/live'));
    expect(install('vda')).toBe(2);
    expect(said()).toContain('this is no live system');
    host.put('/run/catamaran/live', 'http://10.0.0.1/pxe\n');
    host.put('/proc/cmdline', 'catamaran.live=http://10.0.0.1/pxe\n');
    expect(install('vda')).toBe(6);
    expect(said()).toContain('does not carry what a disk is made of');
  });

  test('a medium that is damaged, in its index or in an image', () => {
    host.addDisk('vda', { content: held });
    for (const at of [64 * 1024 + 100, 512 * 1024 + 50]) {
      const damaged = Buffer.from(medium);
      damaged[at]! ^= 1;
      host.put('/dev/sr0', damaged);
      expect(install('vda', '--wipe')).toBe(5);
    }
    expect(said()).toMatch(
      /install.json of \/dev\/sr0 is damaged[\s\S]*the medium \/dev\/sr0 is damaged: boot has/,
    );
    expect(disk().subarray(0, 4096)).toEqual(held);
  });
});

describe('asked on the console', () => {
  test('it lists what there is, and takes the one that is named', () => {
    host.addDisk('vda', { facts: { 'device/vendor': 'ACME', 'device/model': 'Disk 1' } });
    host.addDisk('vdb', { size: 4 * MiB });
    host.addDisk('vdc', { content: Buffer.from('LUKS\xba\xbe', 'latin1') });
    host.addDisk('vdd');
    host.answer = (command) =>
      command.includes('/dev/vdd')
        ? { status: 0, output: '0\ndd: /dev/vdd: Input/output error\n0+0 records in\n0+0 records out\n' }
        : undefined;
    host.addDisk('loop0');
    host.answers = ['vda'];
    expect(install()).toBe(0);
    expect(said()).toMatch(/^ {2}vda +\S+ MiB {2}ACME Disk 1 +empty$/m);
    expect(said()).toMatch(/^ {2}vdb +4 MiB {2}virtual disk +too small$/m);
    expect(said()).toMatch(/^ {2}vdc .* an encrypted volume \(LUKS\)$/m);
    expect(said()).toMatch(/^ {2}vdd .* \/dev\/vdd cannot be read at byte 0: Input\/output error$/m);
    expect(said()).not.toContain('loop0');
  });

  test('what holds something is written only after a second word', async () => {
    host.addDisk('vda', { content: built });
    for (const answers of [['vda'], ['vda', 'yes'], [''], []]) {
      host.answers = answers;
      expect(install()).toBe(2);
    }
    expect(said()).toContain('/dev/vda holds an installed system of Catamaran');
    expect(said()).toContain('no disk was chosen, and nothing was changed');
    expect(Buffer.compare(disk(), built)).toBe(0);
    host.answers = ['vda', 'wipe'];
    expect(install()).toBe(0);
    expect(Buffer.compare(disk(), built)).not.toBe(0);
  });
});

describe('by the kernel’s argument', () => {
  const ask = (value: string) =>
    host.put('/proc/cmdline', `${host.readText('/proc/cmdline')!.trim()} catamaran.install=${value}\n`);

  test('auto takes the only disk that fits, and powers off', () => {
    host.addDisk('vda', { size: 4 * MiB });
    host.addDisk('vdb');
    host.addDisk('vdc', { content: Buffer.alloc(512, 1) });
    ask('auto');
    expect(install('--unattended')).toBe(0);
    expect(said()).toContain('is on /dev/vdb');
    expect(host.calls.at(-1)).toBe('poweroff -f');
  });

  test('of two that fit it takes none', () => {
    host.addDisk('vda');
    host.addDisk('vdb');
    ask('auto');
    expect(install('--unattended')).toBe(2);
    expect(said()).toContain('not exactly one disk fits, but 2: vda: fits; vdb: fits');
    expect(host.calls).not.toContain('poweroff -f');
  });

  test('without the word wipe what a disk holds stays', () => {
    host.addDisk('vda', { content: Buffer.alloc(512, 1) });
    ask('/dev/vda');
    expect(install('--unattended')).toBe(2);
    ask('/dev/vda,wipe,reboot,channel=beta,firmware=uefi');
    expect(install('--unattended')).toBe(0);
    expect(said()).toContain('channel        beta');
    expect(host.calls.at(-1)).toBe('reboot -f');
  });

  test('or by a volume that is called so, with its configuration', () => {
    host.addDisk('vda');
    const volume = '/run/catamaran/volume';
    host.answer = ([program, ...words]) => {
      if (program === 'findfs') return { status: 0, output: '/dev/sdq\n' };
      if (program !== 'mount' || words.at(-1) !== volume) return undefined;
      if (!words.includes('vfat')) return { status: 255, output: '' };
      host.put(`${volume}/install`, 'vda,reboot\n');
      host.put(`${volume}/user-data`, 'hostname: volume\n');
      return { status: 0, output: '' };
    };
    expect(install('--unattended')).toBe(0);
    expect(host.read('/run/catamaran/install/lib/catamaran/config/user-data').toString()).toBe(
      'hostname: volume\n',
    );
    expect(host.calls).toContain(`umount ${volume}`);
    expect(host.calls.at(-1)).toBe('reboot -f');
  });

  test('it waits for a disk that is not there yet, and not for ever', () => {
    ask('auto');
    let slept = 0;
    host.answer = (command) => {
      if (command[0] === 'sleep' && ++slept === 3) host.addDisk('vda');
      return undefined;
    };
    expect(install('--unattended')).toBe(0);
    ask('vdz');
    expect(install('--unattended')).toBe(2);
    expect(said()).toContain('vdz is no disk of this machine');
  });

  test.each([
    ['', /catamaran.install names no disk: ""/],
    ['a=b', /names no disk: "a=b"/],
    ['auto,wippe', /has the word "wippe"/],
    ['auto,channel=', /has the word "channel="/],
  ])('%j is refused', (value, says) => {
    host.addDisk('vda');
    ask(value);
    expect(install('--unattended')).toBe(2);
    expect(said()).toMatch(says);
    expect(isEmpty(disk())).toBe(true);
  });

  test('and without the argument', () => {
    expect(install('--unattended')).toBe(2);
    expect(said()).toContain('neither the kernel’s catamaran.install nor a volume CATAMARAN names a disk');
  });
});

describe('what goes wrong in the middle', () => {
  const failing = (when: (command: readonly string[]) => boolean, output: string) => {
    host.answer = (command) => (when(command) ? { status: 1, output } : undefined);
  };
  const root = layout.partitions.find(({ role }) => role === 'root-a')!;

  test('a write error is told with its place, and the disk starts nothing', () => {
    host.addDisk('vda');
    failing(
      (command) => command[0] === 'dd' && command.includes(`seek=${root.offset + 4096}`),
      "dd: error writing '/dev/vda': Input/output error\n1+0 records in\n0+0 records out\n",
    );
    expect(install('vda')).toBe(6);
    expect(said()).toContain(`/dev/vda cannot be written at byte ${root.offset + 4096}: Input/output error`);
    expect(isEmpty(disk())).toBe(true);
  });

  test('a read error of the medium, too', () => {
    host.addDisk('vda');
    failing(
      (command) => command[0] === 'dd' && command.includes(`seek=${root.offset + 4096}`),
      'dd: /dev/sr0: Input/output error\n0+0 records in\n0+0 records out\n',
    );
    expect(install('vda')).toBe(6);
    expect(said()).toMatch(/\/dev\/sr0 cannot be read at byte \d+: Input\/output error/);
    expect(isEmpty(disk())).toBe(true);
  });

  test.each([
    ['a root image', root.offset + 9000],
    ['a boot archive', layout.partitions.find(({ role }) => role === 'boot-a')!.offset + 5000],
    ['a piece of the data partition', layout.partitions.find(({ role }) => role === 'data')!.offset + 1024],
    ['a piece of the ESP', layout.partitions.find(({ role }) => role === 'esp')!.offset + 100_000],
  ])('%s that does not read as it was written: no boot record', (_, offset) => {
    host.addDisk('vda');
    let flushes = 0;
    host.answer = (command) => {
      // The medium changes what it was given, after the last flush before it is read.
      if (command[0] === 'sync' && command[1] === '/dev/vda' && ++flushes > 1) {
        const bytes = disk();
        if (bytes[offset] !== 0 && bytes[offset] !== 0xee) {
          bytes[offset] = 0xee;
          host.put('/dev/vda', bytes);
        }
      }
      return undefined;
    };
    expect(install('vda')).toBe(6);
    expect(said()).toMatch(/does not read as it was written/);
    expect(
      disk()
        .subarray(0, 512)
        .every((byte) => byte === 0),
    ).toBe(true);
  });

  test('the plug pulled before any write: nothing starts, and a second installation needs no --wipe', () => {
    const writes = countWrites();
    expect(writes).toBeGreaterThan(12);
    for (let cut = 1; cut <= writes; cut += 1) {
      host = liveHost(root_(), medium);
      host.addDisk('vda');
      cutBefore(cut);
      expect(() => install('vda')).not.toThrow();
      expect([
        cut,
        disk()
          .subarray(0, 512)
          .every((byte) => byte === 0),
      ]).toEqual([cut, true]);
      host.answer = undefined;
      // The table alone is something that a disk holds.
      const more = cut > writes - 2 ? ['--wipe'] : [];
      expect([cut, install('vda', ...more)]).toEqual([cut, 0]);
      expect(Buffer.compare(body(disk()), body(built))).toBe(0);
    }
  });

  const isWrite = (command: readonly string[]) => command[0] === 'dd' && command.includes('of=/dev/vda');
  const root_ = () => host.root;

  function countWrites(): number {
    host.addDisk('vda');
    expect(install('vda')).toBe(0);
    return host.calls.filter((call) => call.startsWith('dd ') && call.includes('/dev/vda')).length;
  }
  function cutBefore(number: number): void {
    let count = 0;
    host.answer = (command) => {
      if (isWrite(command)) count += 1;
      return count >= number ? { status: 137, output: '' } : undefined;
    };
  }
});
