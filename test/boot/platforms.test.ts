// Each output that is a disk, booted as the very file that was written, on the controller, network card and firmware of
// where it goes. The whole table by `npm run test:platforms`; of it a sample everywhere.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containerOf } from '../../src/disk/container.ts';
import { buildSpec } from '../../src/output/build.ts';
import { type FormatName, formats } from '../../src/output/formats.ts';
import type { SshKey } from '../../src/run/ssh.ts';
import { testContext } from '../support/context.ts';
import { testSshKey, withMachine } from '../support/machine.ts';
import { type DiskRow, diskRows } from './rows.ts';

const minute = 60_000;

const rows: readonly (DiskRow & { readonly format: FormatName })[] = diskRows;
const chosen = rows.filter(({ sample }) => sample || process.env.CATAMARAN_PLATFORMS === 'all');

const spec = (key: string) => `
os: {id: platforms, name: Platforms, version: 1.0.0}
kernel: {image: component:kernel, cmdline: "console=tty0 console=ttyS0 panic=-1"}
init: [component:init, component:crun, component:agent]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty}
files:
  - {path: etc/ssh/authorized_keys.d/root, contents: "${key}", mode: "0644"}
disk: {slot: 256M, data: 256M}
`;

let directory: string;
let key: SshKey;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-platforms-'));
  key = await testSshKey(directory);
  await writeFile(join(directory, 'platforms.yml'), spec(key.publicKey.trim()));
}, 10 * minute);
afterAll(() => rm(directory, { recursive: true, force: true }));

const files = new Map<FormatName, Promise<string>>();

async function build(format: FormatName): Promise<string> {
  const request = { file: join(directory, 'platforms.yml'), out: join(directory, format), formats: [format] };
  const { artifacts } = await buildSpec({ ...request, arch: 'amd64', frozen: false }, await testContext());
  return artifacts.find(({ path }) => !path.endsWith('.json'))!.path;
}

/** Once for all rows of a format. */
function fileOf(format: FormatName): Promise<string> {
  const known = files.get(format) ?? build(format);
  files.set(format, known);
  return known;
}

/** The disk in what was written: of an archive, its one member that is one. */
async function diskIn(path: string): Promise<string> {
  if (!/\.(ova|tar\.gz)$/.test(path)) return path;
  const { stdout } = await execa('tar', ['-tf', path]);
  const member = stdout.split('\n').find((name) => /\.(vmdk|raw)$/.test(name))!;
  await execa('tar', ['-xSf', path, '-C', directory, member]);
  return join(directory, member);
}

test('every format that is booted as a disk has a row', () => {
  const booted = formats.filter((format) => 'boots' in format && typeof format.boots === 'object');
  const rowed = new Set<string>(rows.map(({ format }) => format));
  expect(booted.map(({ name }) => name).filter((name) => !rowed.has(name))).toEqual([]);
});

test.each(chosen)('$format on $bus, $firmware', async ({ format, bus, firmware, nic }) => {
  const image = await diskIn(await fileOf(format));
  const options = { image, format: await containerOf(image), bus, firmware, nic, sshPort: 0 } as const;
  await withMachine({ ...options, ssh: { user: 'root', key } }, async (machine) => {
    await machine.serial.waitFor(/login:/, 10 * minute);
    // Over the network card: it has a driver.
    const { stdout } = await machine.ssh('catamaran-agent status', { limit: 5 * minute });
    expect(stdout).toContain('1.0.0');
  });
});
