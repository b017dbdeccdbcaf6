// A LinuxKit user's way: images of a registry as services, one spec, and the same system booted from a disk and from
// its initrd alone, with volumes that a program in a container looks into. The registry is the real one; what is in it was
// pushed.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pushed, pushImages } from '../../src/oci/push.ts';
import { parseRegistryReference } from '../../src/oci/reference.ts';
import { writeImage } from '../../src/oci/store.ts';
import { plainText } from '../../src/run/serial.ts';
import { file } from '../../src/tree/tree.ts';
import { temporaryAccess } from '../oci/support/images.ts';
import { startRealRegistry } from '../oci/support/real-registry.ts';
import { type Installation, installCommand, succeed } from '../support/build.ts';
import type { TestMachineOptions } from '../support/machine.ts';
import { withMachine } from '../support/machine.ts';

const minute = 60_000;
const MiB = 2 ** 20;

const component = (answer: number) => `
summary: Says what it finds, on the console.
packages: [busybox]
without: [libgcc-s1, gcc-14-base]
files: [{path: etc/answer, contents: "${answer}\\n"}, {path: etc/common, contents: "the same\\n"}]
directories: [{path: dev}, {path: proc}, {path: sys}]
symlinks: [{path: bin, target: usr/bin}, {path: lib, target: usr/lib}, {path: lib64, target: usr/lib64}]
generate: [busybox-links]
config: {entrypoint: [/bin/sh, -c], env: {PATH: /usr/bin}}
runtime: {binds: ["/dev:/dev"], devices: [{path: all, type: c}]}
`;

const spec = (registry: string) => `
os: {id: moved, version: "1"}
kernel: {image: component:kernel, cmdline: "console=ttyS0"}
init: [component:init, component:crun, component:agent]
onboot:
  - name: first
    image: ${registry}/team/app:1
    binds.add: ["data:/data"]
    command: [/bin/sh, -c, 'echo "a note" >/data/note; echo "onboot says $(cat /etc/answer)" >/dev/console']
services:
  - name: app
    image: ${registry}/team/app:1
    readonly: true
    command: [/bin/sh, -c, 'touch /new 2>/dev/null && w=rw || w=ro; echo "service says $(cat /etc/answer) $w" >/dev/console; exec sleep 99999']
  - name: neighbour
    image: ${registry}/team/neighbour:1
    command: [/bin/sh, -c, 'echo changed >/etc/common; echo "neighbour says $(cat /etc/answer) $(cat /etc/common)" >/dev/console; exec sleep 99999']
  - name: reader
    image: ./volume-reader
    binds.add:
      - both:/volumes/both:ro
      - one:/volumes/one
      - made:/volumes/made:ro
      - data:/volumes/data
      - fixed:/volumes/fixed:ro
      - /containers/volumes:/everything
volumes:
  - {name: both, image: "${registry}/team/both:1", format: oci, readonly: true}
  - {name: one, image: "${registry}/team/app:1", format: oci}
  - {name: made, image: component:sysctl, format: oci, readonly: true}
  - {name: data, image: "${registry}/team/neighbour:1"}
  - {name: fixed, image: "${registry}/team/neighbour:1", readonly: true}
disk: {slot: 64M, data: 64M}
`;

let installation: Installation;
let cwd: string;
beforeAll(async () => {
  installation = await installCommand();
  cwd = join(installation.root, 'room');
  for (const [name, answer] of [
    ['app', 42],
    ['neighbour', 7],
  ] as const) {
    await mkdir(join(cwd, name), { recursive: true });
    await writeFile(join(cwd, name, 'component.yml'), component(answer));
  }
  const reader = 'volume-reader';
  await cp(join(import.meta.dirname, 'fixtures', reader), join(cwd, reader), { recursive: true });
});
afterAll(() => installation.dispose());

/** One image for two platforms; only its layout is looked into. */
async function pushBoth(registry: string): Promise<Pushed> {
  const access = await temporaryAccess();
  const make = (arch: 'amd64' | 'arm64') =>
    writeImage(access.cache, { layers: [{ tree: new Map([['arch', file(arch)]]) }], config: {}, arch });
  const reference = parseRegistryReference(`${registry}/team/both:1`);
  return pushImages([await make('amd64'), await make('arm64')], reference, access);
}

const readonlyError = (path: string) => `touch: ${path}/new: Read-only file system.`;

/**
 * Two containers have one image: in memory it is there once, on the disk its segment is mounted twice. Of the third one's
 * files all but one are those of the others: in an initrd hard links, and still its own to write to. The fourth says of
 * each volume what it finds there.
 */
async function expectContainers(options: TestMachineOptions, volumes: readonly string[]): Promise<void> {
  await withMachine({ memory: 512 * MiB, ...options }, async ({ serial }) => {
    await serial.waitFor(/onboot says 42\s/, 4 * minute);
    // In any order.
    await serial.waitFor(
      /(?=[\s\S]*service says 42 ro\s)(?=[\s\S]*neighbour says 7 changed\s)(?=[\s\S]*volume data:.*\.\s)/,
      4 * minute,
    );
    const said = [...plainText(serial.text).matchAll(/^volume (.*\.)\s*$/gm)].map(([, line]) => line);
    expect(said).toEqual(volumes);
  });
}

test(
  'a component pushed to a registry runs from a disk and from an initrd, and reads its volumes',
  async () => {
    const registry = await startRealRegistry();
    const push = async (name: string) => {
      const to = `${registry}/team/${name}:1`;
      const { stdout } = await succeed(installation, ['component', 'push', `./${name}`, to], { cwd });
      expect(stdout).toMatch(/^127\.0\.0\.1:\d+\/team\/\w+:1@sha256:[0-9a-f]{64}\n$/);
      return stdout.trim().replace('@', ' ');
    };
    const app = await push('app');
    await push('neighbour');
    const both = await pushBoth(registry);
    await writeFile(join(cwd, 'moved.yml'), spec(registry));
    await succeed(installation, ['build', 'moved.yml', '--format', 'qcow2,kernel+initrd'], { cwd });

    const made = await succeed(installation, ['component', 'build', 'sysctl'], { cwd });
    const volumes = [
      // Two of each of manifest, config and layer, and their index.
      `both: 7 blobs, 0 damaged, ${registry}/team/both:1 ${both.digest} linux/amd64 linux/arm64 .`,
      `one: 3 blobs, 0 damaged, ${app} linux/amd64 .`,
      `made: 3 blobs, 0 damaged, sysctl ${made.stdout.trim()} linux/amd64 .`,
      '/volumes/data is writable.',
      readonlyError('/volumes/fixed'),
      '/volumes/one is writable.',
      readonlyError('/volumes/made'),
      '/everything/data/merged is writable.',
      readonlyError('/everything/fixed/merged'),
      'data: 7 and a note; fixed: 7.',
    ];
    await expectContainers({ image: join(cwd, 'moved.qcow2'), format: 'qcow2', firmware: 'bios' }, volumes);

    const cmdline = `${await readFile(join(cwd, 'moved-cmdline'), 'utf8')} panic=-1`;
    const kernel = { kernel: join(cwd, 'moved-kernel'), initrd: join(cwd, 'moved-initrd.img'), cmdline };
    await expectContainers({ kernel, firmware: 'bios' }, volumes);
  },
  15 * minute,
);
