// Machines that boot from a network: by the iPXE in QEMU's network card, the root fetched by URL, handed over behind the
// initrd, and more of it than the machine has memory for; by TFTP alone; and by UEFI, with a GRUB that comes by TFTP.
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Firmware } from '../../src/base/firmware.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import { openPxe } from '../../src/run/open-pxe.ts';
import { type LiveSystem, makeLive } from '../support/live.ts';
import { withMachine } from '../support/machine.ts';
import { hostTools } from '../support/tools.ts';

const minute = 60_000;
const MiB = 1 << 20;
const everything = process.env.CATAMARAN_PLATFORMS === 'all';

let scratch: string;
let live: LiveSystem;
let server: Server;
let directory: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'catamaran-pxe-'));
  live = await makeLive(join(scratch, 'live'), 'component:kernel');
  directory = join(scratch, 'pxe');
  await mkdir(directory);
  for (const [name, image] of Object.entries(await live.pxe())) await writeRaw(image, join(directory, name));
  server = createServer((request, response) => {
    const file = createReadStream(join(directory, basename(request.url ?? '')));
    file.on('error', () => response.writeHead(404).end());
    file.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}, 20 * minute);
afterAll(async () => {
  server?.close();
  await rm(scratch, { recursive: true, force: true });
});

/** What the console says until it has said `pattern`. Debian's ROM is that of a card without virtio's legacy interface. */
async function boot(script: string, memory: number, pattern: RegExp): Promise<string> {
  const rom = (await hostTools(['tools-ipxe'])).path('usr/share/qemu/pxe-virtio.rom');
  const { port } = server.address() as AddressInfo;
  const bootfile = `bootfile=http://10.0.2.2:${port}/${script}`;
  const extra = [
    ...['-netdev', `user,id=net,${bootfile}`],
    ...['-device', `virtio-net-pci,netdev=net,bootindex=0,disable-legacy=on,romfile=${rom}`],
  ];
  return withMachine({ firmware: 'bios', memory, network: 'none', extra }, async (machine) => {
    await machine.serial.waitFor(pattern, 10 * minute);
    return machine.serial.text;
  });
}

test('the root by URL', async () => {
  const text = await boot('boot.ipxe', 512 * MiB, /@ end/);
  expect(text).toMatch(/fetching http:\S+root\.img/);
  expect(text).toMatch(
    new RegExp(
      `@ \\{"live":"http://10\\.0\\.2\\.2:\\d+","version":"1\\.2\\.3","rootHash":"${live.rootHash}",`,
    ),
  );
});

const more = everything ? test : () => {};

/** From a server of TFTP, which QEMU is itself. */
async function bootByTftp(bootfile: string, machine: { firmware: Firmware; rom?: string }): Promise<string> {
  const { firmware, rom = '' } = machine;
  const extra = [
    ...['-netdev', `user,id=net,tftp=${directory},bootfile=${bootfile}`],
    ...['-device', `virtio-net-pci,netdev=net,bootindex=0,disable-legacy=on,romfile=${rom}`],
  ];
  return withMachine({ firmware, memory: 768 * MiB, network: 'none', extra }, async ({ serial }) => {
    await serial.waitFor(/@ end/, 14 * minute);
    return serial.text;
  });
}

more('all of it by TFTP, BIOS', async () => {
  const rom = (await hostTools(['tools-ipxe'])).path('usr/share/qemu/pxe-virtio.rom');
  const text = await bootByTftp('appended.ipxe', { firmware: 'bios', rom });
  expect(text).toContain(`@ {"live":"memory","version":"1.2.3","rootHash":"${live.rootHash}",`);
});

more('a GRUB from the network, UEFI', async () => {
  const tools = await hostTools();
  const modules = ['normal', 'configfile', 'linux', 'echo', 'test', 'sleep', 'reboot', 'efinet', 'tftp'];
  await tools.run('grub-mkimage', [
    ...['-O', 'x86_64-efi', '-d', tools.path('usr/lib/grub/x86_64-efi'), '-p', '/'],
    ...['-o', join(directory, 'net.efi'), ...modules],
  ]);
  const text = await bootByTftp('net.efi', { firmware: 'uefi' });
  expect(text).toContain(`@ {"live":"memory","version":"1.2.3","rootHash":"${live.rootHash}",`);
});

more('the root behind the initrd', async () => {
  const text = await boot('appended.ipxe', 768 * MiB, /@ end/);
  expect(text).toContain(`@ {"live":"memory","version":"1.2.3","rootHash":"${live.rootHash}",`);
});

more('as run hands it over', async () => {
  const { kernel, memory } = await openPxe(directory, scratch);
  await withMachine({ firmware: 'bios', kernel, memory, network: 'none' }, async ({ serial }) => {
    await serial.waitFor(/@ end/, 10 * minute);
    expect(serial.text).toContain(`@ {"live":"memory","version":"1.2.3","rootHash":"${live.rootHash}",`);
  });
});

more('too little memory: it says how much is needed', async () => {
  const says = /this machine has \d+ MiB, and this system needs \d+ MiB to run from memory/;
  await boot('boot.ipxe', 256 * MiB, says);
  await boot('appended.ipxe', 144 * MiB, says);
});
