// What component:provision costs: bytes of a root image, and seconds that it adds to a boot under emulation until services start,
// on a machine that is told of itself by its firmware and on one that asks a metadata service. Prints both beside their goals.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatSize } from '../src/base/size.ts';
import { buildSpec } from '../src/output/build.ts';
import { platforms } from '../src/platform/table.ts';
import { deliver } from '../src/run/metadata/deliver.ts';
import { deliveries } from '../src/run/metadata/table.ts';
import { testContext } from '../test/support/context.ts';
import { testSshKey, withMachine } from '../test/support/machine.ts';
import { processorSeconds } from './processor-time.ts';

/** Bytes beside an image that has the updater, and so curl; seconds. */
const goals = { bytes: 300 * 1024, local: 0.3, network: 1 };
const minute = 60_000;

const specOf = (parts: string, key: string) => `
os: {id: bench, version: 1.0.0}
kernel: {image: component:kernel, cmdline: "console=ttyS0 panic=-1"}
init: [component:init, component:crun, component:agent${parts}]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
files:
  - {path: etc/ssh/authorized_keys.d/root, contents: "${key}"}
disk: {slot: 256M, data: 256M}
`;

export async function main(argv: string[]): Promise<void> {
  const { values } = parseArgs({ args: argv, options: { runs: { type: 'string', default: '3' } } });
  const directory = await mkdtemp(join(tmpdir(), 'catamaran-bench-'));
  try {
    const key = await testSshKey(directory);
    const build = async (name: string, parts: string, format: 'raw' | 'kernel+squashfs') => {
      const file = join(directory, `${name}.yml`);
      await writeFile(file, specOf(parts, key.publicKey.trim()));
      const request = {
        file,
        out: join(directory, name),
        formats: [format],
        arch: 'amd64',
        frozen: false,
      } as const;
      const { artifacts } = await buildSpec(request, await testContext());
      return artifacts.map(({ path }) => path);
    };
    const sizeOf = async (name: string, parts: string) => {
      const paths = await build(name, parts, 'kernel+squashfs');
      return (await stat(paths.find((path) => path.endsWith('squashfs.img'))!)).size;
    };
    const updater = ', component:updater';
    const provision = ', component:provision';
    const plain = await sizeOf('plain', '');
    const both = (await sizeOf('both', updater + provision)) - (await sizeOf('updater', updater));
    console.log(`bytes, beside the updater   ${formatSize(both)}, goal ${formatSize(goals.bytes)}`);
    console.log(`bytes, with curl            ${formatSize((await sizeOf('alone', provision)) - plain)}`);

    const images = {
      without: (await build('without', '', 'raw')).find((path) => !path.endsWith('.json'))!,
      with: (await build('with', provision, 'raw')).find((path) => !path.endsWith('.json'))!,
    };
    const costs = { without: [], local: [], network: [] } as Record<string, Cost[]>;
    for (let run = 0; run < Number(values.runs); run++) {
      costs.without!.push(await bootAs('qemu', images.without, directory));
      costs.local!.push(await bootAs('qemu', images.with, directory));
      costs.network!.push(await bootAs('aws', images.with, directory));
    }
    const median = (name: string, what: keyof Cost) =>
      costs[name]!.map((cost) => cost[what]).sort((a, b) => a - b)[Number(values.runs) >> 1]!;
    for (const name of ['local', 'network'] as const) {
      const [processor, wall] = (['processor', 'wall'] as const).map((what) =>
        (median(name, what) - median('without', what)).toFixed(2),
      );
      console.log(
        `${name.padEnd(27)} ${processor} s of the processor in a boot, goal ${goals[name]} s; ${wall} s by the clock`,
      );
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}

interface Cost {
  /** Of QEMU's process: what others do on the machine makes no difference to it. */
  readonly processor: number;
  readonly wall: number;
}

/** Seconds until services start. */
async function bootAs(platform: 'qemu' | 'aws', image: string, directory: string): Promise<Cost> {
  const userData = Buffer.from('#cloud-config\nwrite_files:\n  - {path: /etc/bench, content: x}\n');
  const instance = { id: 'i-bench', hostname: 'bench', userData, sshKeys: [] };
  const relay = { node: process.execPath, script: resolve('dist/metadata-relay-worker.js') };
  const given = await deliver(deliveries[platform](instance), directory, relay);
  const { smbios } = platforms[platform];
  try {
    const began = performance.now();
    return await withMachine({ image, firmware: 'bios', smbios, ...given.options }, async (machine) => {
      await machine.serial.waitFor(/stage 2: services/, 10 * minute);
      return { processor: processorSeconds(machine.pid), wall: (performance.now() - began) / 1000 };
    });
  } finally {
    await given.close();
  }
}
