// What each of examples/*-style takes (`npm run measure:styles`): its release, the memory that is used when it is up, and when
// sshd is there, in a machine whose clock counts instructions (QEMU's icount, 4 ns each), so that the load of this machine changes
// nothing. Written to examples/measured.json, of which docs/styles.md is made.
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSpec } from '../src/output/build.ts';
import { plainText } from '../src/run/serial.ts';
import { testContext } from '../test/support/context.ts';
import { withMachine } from '../test/support/machine.ts';
import { processorSeconds } from './processor-time.ts';

const minute = 60_000;
const examples = resolve(import.meta.dirname, '../../examples');
const measuredFile = join(examples, 'measured.json');

/** Run beside the services, on the host. */
const watcher = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin
until read -r state </run/service/sshd/state && [ "$state" = running ]; do usleep 50000; done 2>/dev/null
echo '<5>bench: login' >/dev/kmsg
sleep 30
while read -r name size _; do
  case $name in MemTotal:|MemAvailable:) echo "<5>bench: $name $size" >/dev/kmsg ;; esac
done </proc/meminfo
sleep 1000000
`;

const specOf = (name: string) => `include: [${join(examples, name, `${name}.yml`)}]
files:
  - path: usr/lib/catamaran/system/_bench/run
    mode: "0755"
    contents: |
${watcher.replaceAll(/^/gm, '      ').trimEnd()}
`;

export async function main(argv: string[]): Promise<void> {
  const { values } = parseArgs({ args: argv, options: { shift: { type: 'string', default: '2' } } });
  const names = (await readdir(examples)).filter((name) => name.endsWith('-style')).sort();
  const measured: Record<string, unknown> = {};
  for (const name of names) {
    measured[name] = await measure(name, values.shift);
    console.log(name, JSON.stringify(measured[name]));
  }
  await writeFile(measuredFile, `${JSON.stringify(measured, null, 2)}\n`);
}

async function measure(name: string, shift: string) {
  const directory = await mkdtemp(join(tmpdir(), 'catamaran-bench-'));
  try {
    const file = join(directory, 'bench.yml');
    await writeFile(file, specOf(name));
    const request = {
      file,
      out: directory,
      formats: ['raw', 'release'],
      arch: 'amd64',
      frozen: false,
    } as const;
    const { artifacts } = await buildSpec(request, await testContext());
    const path = (end: string) => artifacts.map((each) => each.path).find((each) => each.endsWith(end))!;
    const sizes = await Promise.all(
      ['boot.img', 'root.img'].map(async (part) => (await stat(path(part))).size),
    );
    const machine = {
      image: path('.raw'),
      firmware: 'bios',
      memory: 2 ** 31,
      extra: ['-icount', `shift=${shift}`],
    } as const;
    return await withMachine(machine, async ({ serial, pid }) => {
      const [, login] = await serial.waitFor(/\[ *(\d+\.\d+)\] bench: login/, 30 * minute);
      const processor = processorSeconds(pid);
      await serial.waitFor(/bench: MemAvailable: \d+\r?\n/, 30 * minute);
      const kilobytes = (word: string) =>
        Number(new RegExp(`${word}: (\\d+)`).exec(plainText(serial.text))?.[1]);
      return {
        release: sizes.reduce((a, b) => a + b, 0),
        memory: (kilobytes('MemTotal') - kilobytes('MemAvailable')) * 1024,
        login: Number(Number(login).toFixed(1)),
        processor: Number(processor.toFixed(1)),
      };
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}
