// Machines that boot from a network, by the iPXE in QEMU's network card: the root fetched by URL, handed over behind the
// initrd, and more of it than the machine has memory for.
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeRaw } from '../../src/output/write/raw.ts';
import { type LiveSystem, makeLive } from '../support/live.ts';
import { withMachine } from '../support/machine.ts';
import { hostTools } from '../support/tools.ts';

const minute = 60_000;
const MiB = 1 << 20;
const everything = process.env.CATAMARAN_PLATFORMS === 'all';

let scratch: string;
let live: LiveSystem;
let server: Server;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'catamaran-pxe-'));
  live = await makeLive(join(scratch, 'live'), 'component:kernel');
  const directory = join(scratch, 'pxe');
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

more('the root behind the initrd', async () => {
  const text = await boot('appended.ipxe', 768 * MiB, /@ end/);
  expect(text).toContain(`@ {"live":"memory","version":"1.2.3","rootHash":"${live.rootHash}",`);
});

more('too little memory: it says how much is needed', async () => {
  const says = /this machine has \d+ MiB, and this system needs \d+ MiB to run from memory/;
  await boot('boot.ipxe', 256 * MiB, says);
  await boot('appended.ipxe', 144 * MiB, says);
});
