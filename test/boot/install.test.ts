// The installer in real machines: from the live ISO onto an empty disk, by a person on the console and by a kernel argument;
// what it makes boots alone by BIOS and by UEFI. Disks that are refused, write errors, and the plug pulled in the middle.
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crashPoints } from '../../src/agent/slots/crash-points.ts';
import type { Firmware } from '../../src/base/firmware.ts';
import { writeFat } from '../../src/disk/fat.ts';
import { inspectImage } from '../../src/disk/inspect.ts';
import { buildSpec } from '../../src/output/build.ts';
import { customizeIso } from '../../src/output/media/customize.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import type { Machine } from '../../src/run/machine.ts';
import { testContext } from '../support/context.ts';
import { withMachine } from '../support/machine.ts';
import { copyDisk } from '../support/twin-machine.ts';

const minute = 60_000;
const MiB = 1 << 20;

const spec = `os: {id: install-test, version: 1.2.3}
kernel: {image: component:kernel, cmdline: "console=ttyS0"}
init: [component:init, component:crun, component:agent, component:provision]
services:
  - {name: getty, image: component:getty, env: [INSECURE=true]}
files:
  - {path: etc/hostname, contents: "installtest\\n"}
disk: {slot: 64M, data: 64M}
`;

let scratch: string;
let iso: string;
let built: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'catamaran-install-'));
  const file = join(scratch, 'install.yml');
  await writeFile(file, spec);
  const request = { file, out: scratch, formats: ['iso', 'raw'], arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, await testContext());
  [iso, built] = artifacts.map(({ path }) => path) as [string, string];
}, 20 * minute);
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function emptyDisk(name: string, size: number): Promise<string> {
  const path = join(scratch, name);
  const file = await open(path, 'w');
  await file.truncate(size).finally(() => file.close());
  return path;
}

const cd = (path: string) => [
  ...['-drive', `if=none,id=medium,format=raw,readonly=on,media=cdrom,file=${path}`],
  ...['-device', 'ide-cd,bus=ide.0,drive=medium,bootindex=0'],
];
/** A disk that the firmware does not start. */
const disk = (id: string, options: string, device = 'virtio-blk-pci') => [
  ...['-drive', `if=none,id=${id},${options}`],
  ...['-device', `${device},drive=${id},serial=${id}`],
];

/** Runs each line that comes, without an echo and without a prompt, and says what it ended with. */
const serve = `exec sh -c 'stty -echo; echo "@ rea""dy"; while read -r line; do eval "$line"; echo "@ end $?"; done'`;

/** A shell on the console. */
async function logIn(machine: Machine) {
  await machine.serial.waitFor(/\w login:/, 10 * minute);
  machine.write('root\n');
  await machine.serial.waitFor(/root@\w+:\S+# /, 5 * minute);
  machine.write(`${serve}\n`);
  await machine.serial.waitFor(/@ ready\r?\n/, 5 * minute);
  return {
    type: (line: string) => machine.write(`${line}\n`),
    /** Without what the kernel says meanwhile. */
    async run(line: string, limit = 10 * minute): Promise<{ status: number; output: string }> {
      const from = machine.serial.text.length;
      machine.write(`${line}\n`);
      const [, status] = await machine.serial.waitFor(/@ end (\d+)\r?\n/, limit);
      const text = machine.serial.text.slice(from).replaceAll('\r', '');
      const lines = text.slice(0, text.indexOf('@ end ')).split('\n');
      return {
        status: Number(status),
        output: lines.filter((each) => !/^\[ *\d+\.\d+\]/.test(each)).join('\n'),
      };
    },
  };
}

type Shell = Awaited<ReturnType<typeof logIn>>;

/** The disk alone: it comes up with its services, and says what it is. */
async function expectInstalled(
  path: string,
  firmware: Firmware,
  more: (shell: Shell) => Promise<void> = async () => {},
): Promise<void> {
  const options = { image: path, format: 'raw', firmware, snapshot: true, network: 'none' } as const;
  await withMachine(options, async (machine) => {
    const shell = await logIn(machine);
    const { output } = await shell.run('catamaran-agent status --json');
    expect(JSON.parse(output)).toMatchObject({
      ...{ slot: 'A', version: '1.2.3', rescue: false, state: 'whole', next: 'A' },
      slots: { A: { status: 'good', version: '1.2.3' }, B: { status: 'none' } },
    });
    expect((await shell.run('catamaran-agent services')).output).toMatch(/^getty +running/m);
    expect((await shell.run('grep " /var " /proc/self/mounts')).output).toMatch(/^\/dev\/vda10 \/var ext4/);
    await more(shell);
  });
}

test('by a person on the console, from a CD by UEFI', async () => {
  const target = await emptyDisk('asked.raw', 700 * MiB);
  const extra = [...cd(iso), ...disk('target', `format=raw,file=${target}`)];
  await withMachine({ firmware: 'uefi', extra, network: 'none' }, async (machine) => {
    const shell = await logIn(machine);
    shell.type('catamaran-agent install');
    await machine.serial.waitFor(/install on which disk\?/, 5 * minute);
    expect(machine.serial.text).toMatch(/vda +700 MiB +virtual disk +empty/);
    shell.type('vda');
    const [, status] = await machine.serial.waitFor(/@ end (\d+)/, 15 * minute);
    expect(machine.serial.text).toMatch(/install-test 1.2.3 is on \/dev\/vda, read back and verified/);
    expect(status).toBe('0');
  });
  await expectInstalled(target, 'uefi');
  await expectInstalled(target, 'bios');
});

test('by the kernel’s argument, from a stick by BIOS, with a configuration and a channel', async () => {
  const custom = await copyDisk(iso, join(scratch, 'custom.iso'));
  const config = '#cloud-config\nhostname: own\n';
  const words = 'catamaran.install=auto,channel=beta';
  await customizeIso(custom, { arguments: words, config: Buffer.from(config) });
  const target = await emptyDisk('unattended.raw', 2048 * MiB);
  const medium = ['-drive', `if=none,id=medium,format=raw,readonly=on,file=${custom}`];
  const stick = [...medium, '-device', 'virtio-blk-pci,drive=medium,bootindex=0'];
  const extra = [...stick, ...disk('target', `format=raw,file=${target}`)];
  await withMachine({ firmware: 'bios', extra, network: 'none' }, async (machine) => {
    await machine.serial.waitFor(/powering off in 5 seconds/, 20 * minute);
    expect((await machine.exited).reason).toBe('guest-shutdown');
    expect(machine.serial.text).toMatch(/vdb: \d+\.\d MiB of \d+\.\d MiB/);
  });
  await expectInstalled(target, 'bios', async (shell) => {
    expect((await shell.run('cat /var/lib/catamaran/config/user-data')).output).toBe(config);
    expect((await shell.run('cat /etc/catamaran/update.yml')).output).toBe('channel: beta\n');
    expect((await shell.run('hostname')).output).toBe('own\n');
    const { output } = await shell.run('df -m /var | tail -n 1');
    expect(Number(/vda10 +(\d+)/.exec(output)?.[1])).toBeGreaterThan(1400);
  });
});

/** Writes to this sector fail, again and again. */
const failingAt = (path: string, sector: number) =>
  [
    `driver=raw,file.driver=blkdebug,file.image.driver=file,file.image.filename=${path}`,
    ...['event=none', 'iotype=write', `sector=${sector}`, 'errno=5', 'once=off'].map(
      (option) => `file.inject-error.0.${option}`,
    ),
  ].join();

test('what is refused, and what fails in the middle', async () => {
  const old = await copyDisk(built, join(scratch, 'old.raw'));
  const failing = await emptyDisk('failing.raw', 700 * MiB);
  const rootA = (await inspectImage(built)).partitions.find(({ label }) => label === 'root-a')!;
  const sector = rootA.offset / 512 + 5000;
  const extra = [
    ...cd(iso),
    ...disk('small', `format=raw,file=${await emptyDisk('small.raw', 100 * MiB)}`),
    ...disk('old', `format=raw,file=${old}`),
    ...disk('locked', `format=raw,readonly=on,file=${await emptyDisk('locked.raw', 700 * MiB)}`),
    ...disk('failing', failingAt(failing, sector)),
  ];
  await withMachine({ firmware: 'bios', extra, network: 'none' }, async (machine) => {
    const shell = await logIn(machine);
    const refused = async (words: string, status: number, says: RegExp) => {
      const found = await shell.run(`catamaran-agent install ${words} </dev/null`);
      expect(found.output).toMatch(says);
      expect([words, found.status]).toEqual([words, status]);
    };
    await refused('', 2, /vdb +518 MiB +virtual disk +an installed system of Catamaran/);
    await refused('vda', 2, /\/dev\/vda is too small: it has 100 MiB .* 518 MiB .* are needed/);
    await refused('vdb', 2, /\/dev\/vdb .* holds an installed system of Catamaran/);
    await refused('vdc', 2, /\/dev\/vdc is read-only/);
    await refused('sr0', 2, /sr0 is no disk of this machine/);
    await shell.run('mkdir /run/x; mount -t ext4 /dev/vdb10 /run/x');
    await refused('vdb --wipe', 2, /\/dev\/vdb is in use: \/dev\/vdb10 is mounted on \/run\/x/);
    await shell.run('umount /run/x');
    await refused('vdd', 6, /\/dev\/vdd cannot be written at byte \d+: (Input\/output|I\/O) error/);
    expect(Number(/written at byte (\d+)/.exec(machine.serial.text)?.[1])).toBeLessThanOrEqual(sector * 512);
    await shell.run('sync');
  });
  await expectNothingStarts(failing);
  await expectInstalled(old, 'bios');
});

test('the plug pulled in the middle: nothing starts, and the next installation goes through', async () => {
  const target = await copyDisk(built, join(scratch, 'cut.raw'));
  const extra = [...cd(iso), ...disk('target', `format=raw,file=${target}`)];
  const machineOptions = { firmware: 'bios', extra, network: 'none' } as const;
  await withMachine(machineOptions, async (machine) => {
    const shell = await logIn(machine);
    await shell.run(`echo ${crashPoints.indexOf('flush') + 1} >/run/catamaran/crash-at`);
    shell.type('catamaran-agent install vda --wipe');
    await machine.serial.waitFor(/crash point \d+, flush/, 15 * minute);
  });
  await expectNothingStarts(target);
  // By a volume that says so, and without the word wipe.
  const volume = join(scratch, 'volume.img');
  const files = { install: 'vda', 'user-data': '#cloud-config\nhostname: volume\n' };
  const image = writeFat(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])), {
    ...{ type: 12, size: MiB, clusterSize: 2048, label: 'CATAMARAN', serial: 1, mtime: 1_700_000_000 },
  });
  await writeRaw(image, volume);
  const both = [...extra, ...disk('volume', `format=raw,readonly=on,file=${volume}`)];
  await withMachine({ ...machineOptions, extra: both }, async (machine) => {
    await machine.serial.waitFor(/powering off in 5 seconds/, 20 * minute);
    expect((await machine.exited).reason).toBe('guest-shutdown');
  });
  await expectInstalled(target, 'uefi', async (shell) => {
    expect((await shell.run('cat /var/lib/catamaran/config/user-data')).output).toBe(files['user-data']);
    expect((await shell.run('hostname')).output).toBe('volume\n');
  });
});

async function expectNothingStarts(path: string): Promise<void> {
  const file = await open(path, 'r');
  const bytes = Buffer.alloc(MiB, 1);
  await file.read(bytes, 0, MiB, 0).finally(() => file.close());
  expect(bytes.every((byte) => byte === 0)).toBe(true);
  const options = { image: path, format: 'raw', firmware: 'uefi', snapshot: true, network: 'none' } as const;
  await withMachine(options, async (machine) => {
    await machine.serial.waitFor(/No bootable option|failed to load Boot|Shell>/i, 5 * minute);
  });
}
