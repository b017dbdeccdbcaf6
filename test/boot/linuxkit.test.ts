// A LinuxKit user's way: images of a registry as services, one spec, and the same system booted from a disk and from
// its initrd alone. The registry is the real one, the image in it is a component that was pushed.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
    command: [/bin/sh, -c, 'echo "onboot says $(cat /etc/answer)" >/dev/console']
services:
  - name: app
    image: ${registry}/team/app:1
    readonly: true
    command: [/bin/sh, -c, 'touch /new 2>/dev/null && w=rw || w=ro; echo "service says $(cat /etc/answer) $w" >/dev/console; exec sleep 99999']
  - name: neighbour
    image: ${registry}/team/neighbour:1
    command: [/bin/sh, -c, 'echo changed >/etc/common; echo "neighbour says $(cat /etc/answer) $(cat /etc/common)" >/dev/console; exec sleep 99999']
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
});
afterAll(() => installation.dispose());

/**
 * Two containers have one image: in memory it is there once, on the disk its segment is mounted twice. Of the third one's
 * files all but one are those of the others: in an initrd hard links, and still its own to write to.
 */
async function expectContainers(options: TestMachineOptions): Promise<void> {
  await withMachine({ memory: 512 * MiB, ...options }, async ({ serial }) => {
    await serial.waitFor(/onboot says 42\s/, 4 * minute);
    // In either order.
    await serial.waitFor(/(?=[\s\S]*service says 42 ro\s)(?=[\s\S]*neighbour says 7 changed\s)/, 2 * minute);
  });
}

test(
  'a component pushed to a registry runs from a disk and from an initrd',
  async () => {
    const registry = await startRealRegistry();
    const pushed = await succeed(installation, ['component', 'push', './app', `${registry}/team/app:1`], {
      cwd,
    });
    expect(pushed.stdout).toMatch(/^127\.0\.0\.1:\d+\/team\/app:1@sha256:[0-9a-f]{64}\n$/);
    await succeed(installation, ['component', 'push', './neighbour', `${registry}/team/neighbour:1`], {
      cwd,
    });
    await writeFile(join(cwd, 'moved.yml'), spec(registry));
    await succeed(installation, ['build', 'moved.yml', '--format', 'qcow2,kernel+initrd'], { cwd });

    await expectContainers({ image: join(cwd, 'moved.qcow2'), format: 'qcow2', firmware: 'bios' });

    const cmdline = `${await readFile(join(cwd, 'moved-cmdline'), 'utf8')} panic=-1`;
    const kernel = { kernel: join(cwd, 'moved-kernel'), initrd: join(cwd, 'moved-initrd.img'), cmdline };
    await expectContainers({ kernel, firmware: 'bios' });
  },
  12 * minute,
);
