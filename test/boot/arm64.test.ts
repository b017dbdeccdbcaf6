// A system for arm64, built on whatever machine this is, starts on a machine of that architecture: firmware, boot loader,
// kernel, verified root, services; from a disk in every format, from live media, from the disk that the ISO was installed
// on, and handed over by QEMU as a network boot is. One disk always, all by `npm run test:platforms`.
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status } from '../../src/agent/slots/status.ts';
import { containerOf } from '../../src/disk/container.ts';
import type { ArtifactsDocument } from '../../src/output/artifacts.generated.ts';
import { buildSpec } from '../../src/output/build.ts';
import type { FormatName } from '../../src/output/formats.ts';
import { customizeIso } from '../../src/output/media/customize.ts';
import { openImage } from '../../src/run/open-image.ts';
import { openPxe } from '../../src/run/open-pxe.ts';
import type { SshKey } from '../../src/run/ssh.ts';
import { testContext } from '../support/context.ts';
import { type TestMachineOptions, testSshKey, withMachine } from '../support/machine.ts';
import { type Arm64Row, arm64LiveRows, arm64Rows } from './rows.ts';

const minute = 60_000;
const everything = process.env.CATAMARAN_PLATFORMS === 'all';
const rows: readonly (Arm64Row & { readonly format: FormatName })[] = arm64Rows;

const spec = (key: string, kernel: string) => `
os: {id: arm64-test, name: Test of arm64, version: "1"}
kernel: {image: "${kernel}", cmdline: console=ttyAMA0}
init: [component:init, component:crun, component:agent]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty}
files:
  - {path: etc/ssh/authorized_keys.d/root, contents: "${key}", mode: "0644"}
disk: {slot: 256M, data: 64M}
`;

let directory: string;
/** The first of each output: its disk, medium or kernel. */
const files = new Map<FormatName, string>();
let key: SshKey;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-arm64-'));
  key = await testSshKey(directory);
  const formats = new Set<FormatName>(rows.filter(isTested).map(({ format }) => format));
  if (everything) for (const format of media) formats.add(format);
  const context = await testContext();
  for (const kernel of ['component:kernel', 'component:kernel-generic'] as const) {
    const wanted = [...formats].filter((format) => onUsb.has(format) === kernel.endsWith('generic'));
    if (wanted.length === 0) continue;
    const out = await mkdtemp(join(directory, 'out-'));
    const file = join(out, 'arm64-test.yml');
    await writeFile(file, spec(key.publicKey.trim(), kernel));
    await buildSpec({ file, out, formats: wanted, arch: 'arm64', frozen: false }, context);
    const made = JSON.parse(await readFile(join(out, 'artifacts.json'), 'utf8')) as ArtifactsDocument;
    for (const { format, files: written } of made.outputs)
      files.set(format as FormatName, join(out, written[0]!.file));
  }
}, 20 * minute);

afterAll(() => rm(directory, { recursive: true, force: true }));

/** For which the cloud's kernel has no drivers. */
const onUsb: ReadonlySet<string> = new Set([
  ...arm64Rows.filter(({ bus }) => bus === 'usb').map(({ format }) => format),
  ...arm64LiveRows.filter(({ medium }) => medium === 'usb').map(({ format }) => format),
]);

const media = ['iso', ...arm64LiveRows.map(({ format }) => format), 'kernel+initrd', 'pxe'] as const;

function isTested({ sample }: Arm64Row): boolean {
  return sample === true || everything;
}

const machine = { arch: 'arm64', firmware: 'uefi', sshPort: 0 } as const;
/** As `run` on the machine, with much patience. */
async function withLogin(
  options: Omit<TestMachineOptions, 'ssh' | 'firmware'>,
  use: (run: (command: string) => Promise<string>, said: () => string) => Promise<void>,
): Promise<void> {
  const ssh = { user: 'root', key };
  await withMachine({ ...machine, ...options, ssh }, async (started) => {
    await started.serial.waitFor(/login:/, 10 * minute);
    const run = async (command: string) => (await started.ssh(command, { limit: 5 * minute })).stdout.trim();
    expect(await run('uname -m')).toBe('aarch64');
    await use(run, () => started.serial.text);
    await started.powerdown(5 * minute);
  });
}

async function expectInstalled(run: (command: string) => Promise<string>): Promise<void> {
  const status = JSON.parse(await run('catamaran-agent status --json')) as Status;
  expect(status).toMatchObject({ slot: 'A', version: '1', slots: { A: { status: 'good' } } });
  expect((await run('crun list -q')).split('\n').sort()).toEqual(['dhcp', 'getty', 'sshd']);
}

test.each(rows.filter(isTested))('$format on $bus: slot A, with its services and a watchdog', async (row) => {
  const { format, bus } = row;
  const { image } = await openImage(files.get(format)!, await mkdtemp(join(directory, 'opened-')));
  await withLogin({ image, format: await containerOf(image), bus }, async (run, said) => {
    expect(said()).toMatch(/catamaran: slot A/);
    await expectInstalled(run);
    // QEMU's board has none that Debian's kernel knows: softdog takes its place.
    expect(await run('cat /sys/class/watchdog/watchdog0/state')).toBe('active');
  });
});

/** More than from a disk: the root may be in memory. */
const large = 2 ** 31;

test.each(everything ? arm64LiveRows : [])(
  '$format as $medium: a live system',
  async ({ format, medium }) => {
    const image = files.get(format)!;
    const stick = { image, format: 'raw', bus: 'usb' } as const;
    await withLogin({ memory: large, ...(medium === 'usb' ? stick : { extra: cd(image) }) }, async (run) => {
      expect(JSON.parse(await run('catamaran-agent status --json'))).toMatchObject({
        live: expect.any(String),
        version: '1',
      });
    });
  },
);

const more = everything ? test : () => {};

more('a network directory, as run hands it over', async () => {
  const { kernel, memory } = await openPxe(
    dirname(files.get('pxe')!),
    await mkdtemp(join(directory, 'pxe-')),
  );
  await withLogin({ kernel, memory: Math.max(memory, large) }, async (run) => {
    expect(JSON.parse(await run('catamaran-agent status --json'))).toMatchObject({
      live: 'memory',
      version: '1',
    });
  });
});

more('LinuxKit’s kernel and initrd', async () => {
  const path = (end: string) => files.get('kernel+initrd')!.replace(/-kernel$/, end);
  const cmdline = (await readFile(path('-cmdline'), 'utf8')).trim();
  const kernel = { kernel: path('-kernel'), initrd: path('-initrd.img'), cmdline };
  await withLogin({ kernel, memory: large }, async (run) => {
    expect((await run('crun list -q')).split('\n').sort()).toEqual(['dhcp', 'getty', 'sshd']);
  });
});

const cd = (path: string) => [
  ...['-device', 'virtio-scsi-pci,id=cd'],
  ...['-drive', `if=none,id=medium,format=raw,readonly=on,media=cdrom,file=${path}`],
  ...['-device', 'scsi-cd,bus=cd.0,drive=medium,bootindex=0'],
];

more('the ISO is a live system, and installs itself', async () => {
  const iso = files.get('iso')!;
  await withLogin({ extra: cd(iso) }, async (run) => {
    expect(JSON.parse(await run('catamaran-agent status --json'))).toMatchObject({
      live: 'sr0',
      version: '1',
    });
  });
  await customizeIso(iso, { arguments: 'catamaran.install=auto' });
  const target = join(directory, 'target.raw');
  const disk = await open(target, 'w');
  await disk.truncate(1 << 30).finally(() => disk.close());
  const empty = [
    '-drive',
    `if=none,id=target,format=raw,file=${target}`,
    '-device',
    'virtio-blk-pci,drive=target',
  ];
  await withMachine(
    { ...machine, extra: [...cd(iso), ...empty], snapshot: false },
    async ({ serial, exited }) => {
      await serial.waitFor(/powering off in 5 seconds/, 20 * minute);
      expect((await exited).reason).toBe('guest-shutdown');
    },
  );
  await withLogin({ image: target, format: 'raw' }, expectInstalled);
});
