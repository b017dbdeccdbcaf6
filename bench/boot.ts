// Where a boot's time goes: the kernel's own time of each step that init tells, in a machine whose clock counts instructions
// (QEMU's icount, 4 ns each), so that the load of this machine changes nothing; processor seconds of QEMU beside it; and the
// memory that is used when it is up. From disk under both firmwares, and the same spec as kernel and initrd, as LinuxKit has it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Firmware } from '../src/base/firmware.ts';
import { buildSpec } from '../src/output/build.ts';
import type { MachineOptions } from '../src/run/arguments.ts';
import { plainText } from '../src/run/serial.ts';
import { testContext } from '../test/support/context.ts';
import { withMachine } from '../test/support/machine.ts';
import { processorSeconds } from './processor-time.ts';

/** Seconds of the machine's clock to the first service, from disk; bytes. */
const goals = { service: 6, memory: 130 };
const minute = 60_000;
/** What init tells, and this spec's services. */
const step = /\[ *(\d+\.\d+)\] (Run \S+ as init|(?:catamaran|bench): [^\r\n]*)\r?\n/;
/** Run beside the services, on the host. */
const watcher = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin
mkfifo /run/never
exec 9<>/run/never
until read -r state </run/service/sshd/state && [ "$state" = running ]; do read -r -t 0.05 _ <&9; done 2>/dev/null
echo '<3>bench: first service' >/dev/kmsg
sleep 20
while read -r name size _; do
  case $name in MemTotal:|MemAvailable:) echo "<3>bench: $name $size" >/dev/kmsg ;; esac
done </proc/meminfo
sleep 1000000
`;

const spec = `os: {id: bench, version: 1.0.0}
kernel: {image: component:kernel, cmdline: "console=ttyS0"}
init: [component:init, component:crun, component:agent]
onboot: [{name: sysctl, image: component:sysctl}]
services:
  - {name: sshd, image: component:sshd}
  - {name: dhcp, image: component:dhcp}
files:
  - path: usr/lib/catamaran/system/_bench/run
    mode: "0755"
    contents: |
${watcher.replaceAll(/^/gm, '      ').trimEnd()}
disk: {slot: 256M, data: 256M}
`;

export async function main(argv: string[]): Promise<void> {
  const { values } = parseArgs({ args: argv, options: { shift: { type: 'string', default: '2' } } });
  const directory = await mkdtemp(join(tmpdir(), 'catamaran-bench-'));
  try {
    const file = join(directory, 'bench.yml');
    await writeFile(file, spec);
    const request = { file, out: directory, arch: 'amd64', frozen: false } as const;
    const { artifacts } = await buildSpec(
      { ...request, formats: ['raw', 'kernel+initrd'] },
      await testContext(),
    );
    const path = (end: string) => artifacts.map((each) => each.path).find((each) => each.endsWith(end))!;
    const kernel = {
      kernel: path('-kernel'),
      initrd: path('-initrd.img'),
      cmdline: 'console=ttyS0',
    };
    const disk = (firmware: Firmware) => ({ image: path('.raw'), firmware });
    const extra = ['-icount', `shift=${values.shift}`];
    for (const [name, options] of [
      ['disk, BIOS', disk('bios')],
      ['disk, UEFI', disk('uefi')],
      ['kernel+initrd', { kernel, firmware: 'bios' }],
    ] as const)
      await report(name, { ...options, extra });
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function report(
  name: string,
  options: Pick<MachineOptions, 'image' | 'kernel' | 'firmware' | 'extra'>,
): Promise<void> {
  await withMachine(options, async (machine) => {
    console.log(`\n${name}`);
    let [before, seconds] = [0, 0];
    for (let what = ''; !what.startsWith('bench: MemAvailable'); ) {
      const line = await machine.serial.waitFor(step, 30 * minute);
      const at = Number(line[1]);
      what = line[2]!;
      console.log(`${at.toFixed(2).padStart(8)} ${`+${(at - before).toFixed(2)}`.padStart(7)}  ${what}`);
      before = at;
      if (what !== 'bench: first service') continue;
      seconds = processorSeconds(machine.pid);
      console.log(
        `${seconds.toFixed(1)} processor seconds of QEMU; goal ${goals.service} s of the machine's clock`,
      );
    }
    const text = plainText(machine.serial.text);
    const kilobytes = (word: string) => Number(new RegExp(`${word}: (\\d+)`).exec(text)?.[1]);
    const used = (kilobytes('MemTotal') - kilobytes('MemAvailable')) / 1024;
    console.log(`memory in use: ${used.toFixed(0)} MiB, goal ${goals.memory}`);
  });
}
