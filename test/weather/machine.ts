// The machine of the bad days: a small system with a few services, on a disk that has room to grow, which goes on through
// reboots. `answers` is what every day ends with.
import { mkdtemp, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Condition } from '../../src/agent/condition/condition.ts';
import type { Status } from '../../src/agent/slots/status.ts';
import type { Firmware } from '../../src/base/firmware.ts';
import { buildSpec } from '../../src/output/build.ts';
import type { Machine } from '../../src/run/machine.ts';
import type { SshKey } from '../../src/run/ssh.ts';
import { testContext } from '../support/context.ts';
import { startTestMachine, testSshKey, withSerialLog } from '../support/machine.ts';
import { copyDisk } from '../support/twin-machine.ts';
import { openWire, type Wire } from './wire.ts';

export const minute = 60_000;
const GiB = 2 ** 30;

const shell = (name: string, script: string, more = '') =>
  `  - {name: ${name}, image: component:sysctl, readonly: false, command: [/bin/sh, -c, ${JSON.stringify(script)}]${more}}`;

const spec = (key: string) => `os: {id: weather, name: Weather, version: "1"}
kernel: {image: component:kernel, cmdline: "console=ttyS0"}
init: [component:init, component:crun, component:agent]
onboot:
  - {name: sysctl, image: component:sysctl}
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty, env: [INSECURE=true]}
${shell('chatty', `while :; do echo ${'a long line '.repeat(30)}; sleep 0.2; done`)}
${shell('eater', 'while :; do sleep 1000; done')}
${shell('deaf', 'trap : TERM; while :; do sleep 1; done', ', stop: {timeout: 2s}')}
files:
  - {path: etc/hostname, contents: "weather\\n", mode: "0644"}
  - {path: etc/ssh/authorized_keys.d/root, contents: "${key}", mode: "0644"}
disk: {slot: 64M, data: 64M}
`;

export interface WeatherImage {
  /** Removed by whoever asked for it. */
  readonly directory: string;
  readonly key: SshKey;
  /** A copy for one machine, with 600 MB of room. */
  freshDisk(): Promise<string>;
}

export async function buildWeather(): Promise<WeatherImage> {
  const directory = await mkdtemp(join(tmpdir(), 'catamaran-weather-'));
  const key = await testSshKey(directory);
  const file = join(directory, 'weather.yml');
  await writeFile(file, spec(key.publicKey.trim()));
  const request = { file, out: directory, formats: ['raw'], arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, await testContext());
  let count = 0;
  return {
    directory,
    key,
    async freshDisk() {
      const disk = await copyDisk(artifacts[0]!.path, join(directory, `disk-${++count}.raw`));
      await truncate(disk, GiB);
      return disk;
    },
  };
}

export interface WeatherMachine {
  readonly machine: Machine;
  readonly disk: string;
  /** To its network. */
  readonly wire: Wire;
  /** What one line in a login shell of the host prints, but for its complaints; fails unless it ends with 0. */
  run(line: string): Promise<string>;
  /** Any status, and what it said. */
  try(line: string): Promise<string>;
  /** By SSH, and with a prompt on the console. */
  answers(): Promise<void>;
  /** On the console. */
  prompts(): Promise<void>;
  /** In order, and until it answers again; `last`: lines of a shell that nobody gets in after. */
  reboot(last?: string): Promise<void>;
  status(): Promise<Status & Condition>;
}

export interface WeatherOptions {
  readonly disk: string;
  readonly key: SshKey;
  readonly firmware?: Firmware;
  /** In MiB. */
  readonly memory?: number;
  /** For QEMU, where it is not just the disk's path. */
  readonly image?: string;
  readonly extra?: readonly string[];
}

/** Of PCI, for what is plugged in while the machine runs. */
export const freePort = 'free-port';

export async function startWeather(options: WeatherOptions): Promise<WeatherMachine> {
  const { disk, key, firmware = 'bios', memory = 768, extra = [], image = disk } = options;
  const wire = await openWire();
  const machine = await startTestMachine({
    ...{ image, format: 'raw', firmware, memory: memory << 20, snapshot: false, sshPort: 0, network: 'none' },
    ...{
      onReboot: 'reboot',
      watchdog: true,
      ssh: { user: 'root', key },
      extra: [...wire.arguments, '-device', `pcie-root-port,id=${freePort}`, ...extra],
    },
  });
  void machine.exited.then(() => wire.close());
  const attempt = async (line: string) => {
    const result = await withSerialLog(machine, () => machine.ssh(line, { limit: 4 * minute }));
    return { ...result, output: `${result.stdout}${result.stderr}`.trim() };
  };
  const run = async (line: string) => {
    const { exitCode, output, stdout } = await attempt(line);
    if (exitCode !== 0) throw new Error(`${line} ended with ${exitCode}: ${output}`);
    return stdout.trim();
  };
  const prompts = async () => {
    const before = machine.serial.text.length;
    machine.write('\n');
    await withSerialLog(machine, async () => {
      for (const end = Date.now() + 2 * minute; ; ) {
        if (machine.serial.text.slice(before).includes('login:')) return;
        if (Date.now() > end) throw new Error('there is no prompt on the console');
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    });
  };
  const answers = async () => {
    expect(await run('echo it answers')).toBe('it answers');
    await prompts();
  };
  /** Where nobody gets in by SSH, the console tells why. */
  const reachable = async () => {
    try {
      await machine.ssh('true', { limit: 4 * minute });
    } catch (error) {
      machine.write('\nroot\n');
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      machine.write(
        'tail -n 15 /var/log/sshd/current /var/log/dhcp/current; ip addr; cat /run/service/*/state\n',
      );
      await new Promise((resolve) => setTimeout(resolve, 20_000));
      await withSerialLog(machine, () => Promise.reject(error));
    }
  };
  return {
    machine,
    disk,
    wire,
    run,
    try: async (line) => (await attempt(line)).output,
    answers,
    prompts,
    async reboot(last = 'true') {
      const id = await run('cat /proc/sys/kernel/random/boot_id');
      await attempt(`${last}; reboot`);
      await withSerialLog(machine, () => machine.serial.waitFor(/stage 3[\s\S]*stage 2/, 6 * minute));
      await reachable();
      expect(await run('cat /proc/sys/kernel/random/boot_id')).not.toBe(id);
      await answers();
    },
    status: async () => JSON.parse(await run('catamaran-agent status --json')) as Status & Condition,
  };
}
