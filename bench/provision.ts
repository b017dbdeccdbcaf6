// What component:provision costs: bytes of a root image, and seconds that it adds to a boot under emulation, on a machine that
// is told of itself by its firmware and on one that asks a metadata service. Prints both beside their goals.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatSize } from '../src/base/size.ts';
import { buildSpec } from '../src/output/build.ts';
import { platforms } from '../src/platform/table.ts';
import type { Machine } from '../src/run/machine.ts';
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
  const { values } = parseArgs({ args: argv, options: { runs: { type: 'string', default: '5' } } });
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

    const image = (await build('disk', provision, 'raw')).find((path) => !path.endsWith('.json'))!;
    for (const [platform, pass] of [
      ['qemu', 'local'],
      ['aws', 'network'],
    ] as const) {
      const userData = Buffer.from('#cloud-config\nwrite_files:\n  - {path: /etc/bench, content: x}\n');
      const instance = { id: 'i-bench', hostname: 'bench', userData, sshKeys: [] };
      const relay = { node: process.execPath, script: resolve('dist/metadata-relay-worker.js') };
      const given = await deliver(deliveries[platform](instance), directory, relay);
      const { smbios } = platforms[platform];
      const options = { image, firmware: 'bios', sshPort: 0, smbios, ssh: { user: 'root', key } } as const;
      await withMachine({ ...options, ...given.options }, async (machine) => {
        const boot = await readBoot(machine);
        const passes = await timePass(machine, pass, Number(values.runs));
        const nothing = await timePass(machine, '--show', Number(values.runs));
        const [of, beside] = [passes, nothing].map(
          ({ wall, processor }) => `${wall.toFixed(2)} s, ${processor.toFixed(2)} of the processor`,
        );
        console.log(
          `${platform}, ${pass} pass${''.padEnd(10)} ${of}; goal ${goals[pass]} s; --show ${beside}`,
        );
        console.log(`${platform}, between onboot and services ${boot} s in the boot`);
      });
      await given.close();
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Seconds, medians: by the machine's own clock, and of QEMU's processor time. */
async function timePass(
  machine: Machine,
  pass: string,
  runs: number,
): Promise<{ wall: number; processor: number }> {
  const up = 'read -r up _ </proc/uptime; echo "$up"';
  const times: number[] = [];
  const processor: number[] = [];
  const limit = 10 * minute;
  // Without the way in: ssh costs more than what is measured.
  const script = (count: number) =>
    `${up}; i=0; while [ $i -lt ${count} ]; do i=$((i+1)); catamaran-agent provision ${pass} >/dev/null; done; ${up}`;
  const cost = async (count: number) => {
    const began = processorSeconds(machine.pid);
    const { stdout } = await machine.ssh(script(count), { limit });
    const [before, after] = stdout.trim().split('\n').map(Number);
    return { wall: after! - before!, processor: processorSeconds(machine.pid) - began };
  };
  for (let run = 0; run < runs; run++) {
    const [one, four] = [await cost(1), await cost(4)];
    times.push((four.wall - one.wall) / 3);
    processor.push((four.processor - one.processor) / 3);
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[runs >> 1]!;
  return { wall: median(times), processor: median(processor) };
}

/** By the kernel's log, with the network that was borrowed. */
async function readBoot(machine: Machine): Promise<string> {
  const { stdout } = await machine.ssh('dmesg', { limit: 10 * minute });
  const at = (words: string) => Number(new RegExp(`\\[ *([\\d.]+)\\] catamaran: ${words}`).exec(stdout)?.[1]);
  return (at('stage 2') - at('provisioning')).toFixed(2);
}
