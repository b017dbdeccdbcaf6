// A machine on which parts are shown: a spec with them in its `init`, built, booted, and asked over SSH. It reaches nothing.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { buildSpec } from '../../src/output/build.ts';
import type { Machine } from '../../src/run/machine.ts';
import { testContext } from './context.ts';
import { startTestMachine, testSshKey, withSerialLog } from './machine.ts';

const minute = 60_000;
const repository = join(import.meta.dirname, '../..');

export interface PartsMachine {
  readonly machine: Machine;
  /** The qcow2, as it was built. */
  readonly image: string;
  /** What the command says; throws where it fails. */
  run(command: string): Promise<string>;
  /** Exit status and what it says, on both streams. */
  attempt(command: string): Promise<{ readonly exitCode: number; readonly text: string }>;
  /** One request to the guest agent, on its channel. */
  askAgent(request: object): Promise<unknown>;
  /** In order, and until it has come up again. */
  reboot(): Promise<void>;
  end(): Promise<void>;
}

export interface PartsOptions {
  readonly name: string;
  /** One of examples/, or components beside those that every machine has. */
  readonly of: { readonly example: string } | PartsSpec;
  /** Of the spec's `files:`, in YAML; sources are `busybox.tar` and `fixtures/…`. */
  readonly files?: readonly string[];
  readonly memory?: number;
  readonly slot?: string;
  readonly data?: string;
  /** More of QEMU's. */
  readonly extra?: readonly string[];
}

export interface PartsSpec {
  /** PID 1; default: `init`. */
  readonly first?: string;
  readonly init: readonly string[];
  /** In YAML. */
  readonly services?: readonly string[];
  /** In YAML: what its firewall lets in; without, there is none. */
  readonly allow?: readonly string[];
}

const whole = ({ first = 'init', init, services = [], allow = [] }: PartsSpec) => `
kernel: {image: component:kernel, cmdline: "console=ttyS0 panic=-1"}
init: [${[first, 'crun', 'agent', ...init].map((each) => `"component:${each}"`).join(', ')}]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty}
${services.map((each) => `  - ${each}\n`).join('')}
${allow.length > 0 ? `firewall: {allow: [${allow.join(', ')}]}` : ''}`;

const specOf = ({ name, of, files = [], slot = '512M', data = '1G' }: PartsOptions, key: string) => `
os: {id: ${name}, name: Parts, version: "1"}
${'example' in of ? `include: [${join(repository, 'examples', of.example)}]` : whole(of)}
files:
  - {path: etc/hostname, contents: "${name}\\n", mode: "0644"}
  - {path: etc/ssh/authorized_keys.d/root, contents: "${key}", mode: "0644"}
${files.map((each) => `  - ${each}\n`).join('')}
disk: {slot: ${slot}, data: ${data}}
`;

export async function startParts(options: PartsOptions): Promise<PartsMachine> {
  const directory = await mkdtemp(join(tmpdir(), `catamaran-${options.name}-`));
  const clear = () => rm(directory, { recursive: true, force: true });
  try {
    const key = await testSshKey(directory);
    const file = join(directory, 'parts.yml');
    await writeFile(file, specOf(options, key.publicKey.trim()));
    await cp(join(repository, 'test/boot/fixtures'), join(directory, 'fixtures'), { recursive: true });
    await writeBusyboxImage(directory);
    const channel = join(directory, 'agent');
    const request = { file, out: directory, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
    const { artifacts } = await buildSpec(request, await testContext());
    const image = artifacts[0]!.path;
    const machine = await startTestMachine({
      ...{ image, format: 'qcow2', firmware: 'bios', sshPort: 0, onReboot: 'reboot' },
      memory: options.memory ?? 1 << 30,
      ssh: { user: 'root', key },
      extra: [
        ...[
          '-device',
          'virtio-serial-pci',
          '-device',
          'virtserialport,chardev=agent,name=org.qemu.guest_agent.0',
        ],
        ...['-chardev', `socket,id=agent,path=${channel},server=on,wait=off`],
        ...(options.extra ?? []),
      ],
    });
    const comeUp = () => machine.serial.waitFor(/ login:/, 10 * minute);
    const attempt = async (command: string) => {
      const { exitCode, stdout, stderr } = await machine.ssh(command, { limit: 5 * minute });
      return { exitCode: exitCode ?? -1, text: `${stdout}${stderr}`.trim() };
    };
    const parts: PartsMachine = {
      machine,
      image,
      attempt,
      async run(command) {
        const { exitCode, text } = await withSerialLog(machine, () => attempt(command));
        if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${text}`);
        return text;
      },
      askAgent: (request) => askAt(channel, request),
      async reboot() {
        await machine.ssh('reboot', { limit: 5 * minute });
        await withSerialLog(machine, comeUp);
      },
      async end() {
        await machine.kill();
        await clear();
      },
    };
    try {
      await withSerialLog(machine, comeUp);
    } catch (error) {
      await machine.kill();
      throw error;
    }
    return parts;
  } catch (error) {
    await clear();
    throw error;
  }
}

/** The image that engines are shown by, as `docker save` writes it: `busybox:1`, by our own command. */
export async function writeBusyboxImage(directory: string): Promise<void> {
  const component = './test/boot/fixtures/busybox';
  const run = (...args: string[]) =>
    execa(process.execPath, ['bin/catamaran.js', ...args], { cwd: repository });
  await run('component', 'build', component);
  await run('image', 'export', component, join(directory, 'busybox.tar'), '--tag', 'busybox:1');
}

/** The first line that comes back. */
function askAt(path: string, request: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path, () => socket.write(`${JSON.stringify(request)}\n`));
    socket.setTimeout(5 * minute, () => socket.destroy(new Error('the guest agent does not answer')));
    socket.on('error', reject).on('data', (chunk) => {
      text += String(chunk);
      if (!text.includes('\n')) return;
      socket.destroy();
      resolve(JSON.parse(text));
    });
  });
}

/** Shell, until it succeeds: for at most five minutes. */
export const until = (command: string) =>
  `for try in $(seq 300); do ${command} >/dev/null 2>&1 && break; sleep 1; done; ${command}`;
