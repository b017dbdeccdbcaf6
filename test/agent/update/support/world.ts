// A publisher, its repository behind a web server, and a machine that follows it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runUpdateCommand } from '../../../../src/agent/update/commands.ts';
import { addRelease } from '../../../../src/release/add.ts';
import { readImageDirectory } from '../../../../src/release/images.ts';
import { promote } from '../../../../src/release/pointers.ts';
import { envOffsets, partitionRoles, slotRole } from '../../../../src/slots/constants.ts';
import { currentState, serialiseEnv } from '../../../../src/slots/env.ts';
import { freshState, type SlotState } from '../../../../src/slots/state.ts';
import { openWorkplace, temporaryDirectory, type Workplace } from '../../../release/support/workplace.ts';
import { hostTools, type ToolsComponent } from '../../../support/tools.ts';
import { type TestRelease, writeRelease } from './releases.ts';
import { type SandboxHost, sandboxHost } from './sandbox-host.ts';
import { startServer, type TestServer } from './server.ts';

export const machineId = '0123456789abcdef0123456789abcdef';
const partitionSize = 8 << 20;

export interface World {
  readonly place: Workplace;
  readonly server: TestServer;
  readonly machine: TestMachine;
  /** Adds the release and points channel stable at it. */
  publish(release: TestRelease, options?: { epoch?: number; floorEpoch?: number }): Promise<void>;
}

export interface TestMachine {
  readonly host: SandboxHost;
  /** `catamaran-agent WORDS`: the exit status, and what it said. */
  agent(...words: string[]): { status: number; said: string };
  state(): SlotState;
  setState(state: SlotState): Promise<void>;
  /** Starts with the release in slot A, as a reboot into it would. */
  boot(release: TestRelease, slot: 'A' | 'B'): Promise<void>;
  part(role: 'boot' | 'root' | 'hash', slot: 'A' | 'B'): Promise<Buffer>;
  setting(line: string): Promise<void>;
}

export async function openWorld(first: TestRelease, options: { epoch?: number } = {}): Promise<World> {
  const place = await openWorkplace();
  const server = await startServer(place.repo);
  onTestFinished(() => server.close());
  const publish: World['publish'] = async (release, { epoch = 1, floorEpoch } = {}) => {
    const directory = await writeRelease(release, await temporaryDirectory());
    await addRelease({ release: await readImageDirectory(directory), epoch }, await place.publisher());
    const points = [[0, 10_000]] as const;
    await promote({ version: release.version, to: 'stable', points, floorEpoch }, await place.publisher());
  };
  const machine = await openTestMachine(place, server.url, first);
  await publish(first, options);
  return { place, server, machine, publish };
}

async function openTestMachine(place: Workplace, url: string, first: TestRelease): Promise<TestMachine> {
  const root = await temporaryDirectory();
  const tools = await hostTools(['tools-update' as string as ToolsComponent]);
  const host = sandboxHost(root, await tools.command('curl', []));
  const write = async (path: string, content: string | Uint8Array) => host.writeFile(path, content);
  const device = (role: string) => `/dev/vda${(partitionRoles as readonly string[]).indexOf(role) + 1}`;
  for (const [index, role] of partitionRoles.entries()) {
    await write(`/sys/block/vda/vda${index + 1}/uevent`, `DEVTYPE=partition\nPARTNAME=${role}\n`);
    await write(`/sys/class/block/vda${index + 1}/size`, `${partitionSize / 512}\n`);
    await write(`/dev/vda${index + 1}`, Buffer.alloc(/^(boot|root|hash|ab)-/.test(role) ? partitionSize : 0));
  }
  await write('/run/catamaran/disk', 'vda\n');
  await write('/run/catamaran/patience', '1\n');
  await write('/etc/machine-id', `${machineId}\n`);
  await write('/proc/sys/kernel/random/boot_id', 'boot-0\n');
  const settings = { url, channel: 'stable', reboot: 'immediate', 'not-before': '1700000000' };
  await write('/usr/lib/catamaran/update.json', JSON.stringify(settings));
  await write('/usr/lib/catamaran/root.json', await readFile(join(place.repo, 'metadata/1.root.json')));
  let boots = 0;
  const setState = async (state: SlotState) => {
    const bytes = Buffer.from(await readFile(join(root, device('ab-state'))));
    for (const offset of envOffsets) bytes.set(serialiseEnv(state), offset);
    await write(device('ab-state'), bytes);
  };
  const machine: TestMachine = {
    host,
    agent(...words) {
      host.printed.length = 0;
      return { status: runUpdateCommand(words, host), said: host.printed.join('\n') };
    },
    state() {
      const [first, second] = envOffsets.map((offset) => host.readBytes(device('ab-state'), offset, 1024));
      return currentState(first!, second!);
    },
    setState,
    async boot(release, slot) {
      await write('/proc/cmdline', `catamaran.slot=${slot} catamaran.verity=${release.rootHash},00,1\n`);
      await write('/usr/lib/os-release', `IMAGE_ID="lighthouse"\nIMAGE_VERSION="${release.version}"\n`);
      await write('/proc/sys/kernel/random/boot_id', `boot-${++boots}\n`);
    },
    part: async (role, slot) => readFile(join(root, device(slotRole(role, slot)))),
    async setting(line) {
      await mkdir(join(root, 'etc/catamaran'), { recursive: true });
      await writeFile(join(root, 'etc/catamaran/update.yml'), `${line}\n`, { flag: 'a' });
    },
  };
  await machine.boot(first, 'A');
  await setState(freshState);
  for (const part of ['boot', 'root', 'hash'] as const) {
    const bytes = Buffer.alloc(partitionSize);
    bytes.set(first.images[part]);
    await write(device(slotRole(part, 'A')), bytes);
  }
  return machine;
}
