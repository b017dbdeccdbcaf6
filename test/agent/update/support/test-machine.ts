// A machine that follows a repository, as sandbox-host.ts has it: a release in slot A, settings, and the boot loader's model
// for its reboots.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { updateCommands } from '../../../../src/agent/commands/table.ts';
import { chooseBoot } from '../../../../src/slots/boot-model.ts';
import {
  envOffsets,
  envSize,
  partitionRoles,
  type SlotName,
  slotNames,
  slotRole,
} from '../../../../src/slots/constants.ts';
import { currentState, serialiseEnv } from '../../../../src/slots/env.ts';
import { freshState, type SlotState } from '../../../../src/slots/state.ts';
import { imageKinds } from '../../../../src/tuf/names.ts';
import { temporaryDirectory } from '../../../release/support/workplace.ts';
import { runCommand, runUpdateCommand } from '../../run-command.ts';
import type { TestRelease } from './releases.ts';
import { type SandboxHost, sandboxHost } from './sandbox-host.ts';
import { sandboxPrograms } from './sandbox-programs.ts';

const updateWords = new Set(updateCommands.map(({ words }) => words));

export const machineId = '0123456789abcdef0123456789abcdef';

export interface TestMachine {
  readonly host: SandboxHost;
  /** `catamaran-agent WORDS`: the exit status, and what it said. */
  agent(...words: string[]): { status: number; said: string };
  state(): SlotState;
  setState(state: SlotState): Promise<void>;
  /** Starts with the release in that slot, as a reboot into it would. */
  boot(release: TestRelease, slot: SlotName): Promise<void>;
  /** The boot loader chooses, and what it chose counts its boot. Answers with the slot. */
  reboot(): Promise<SlotName>;
  /** The release whose every byte a slot holds. */
  holds(slot: SlotName): Promise<TestRelease | undefined>;
  part(role: 'boot' | 'root' | 'hash', slot: SlotName): Promise<Buffer>;
  /** A line of /etc/catamaran/update.yml. */
  setting(line: string): Promise<void>;
  /** Seconds since the epoch; undefined: the real one. */
  setClock(now: number | undefined): void;
}

export interface MachinePlan {
  readonly url: string;
  readonly firstRoot: Uint8Array;
  /** The first one is in slot A and runs. The others are known, for `reboot` and `holds`. */
  readonly releases: readonly [TestRelease, ...TestRelease[]];
  /** Of boot, root and hash, in bytes. */
  readonly partitionSize: number;
}

export async function openTestMachine(plan: MachinePlan): Promise<TestMachine> {
  const { url, firstRoot, releases, partitionSize } = plan;
  const root = await temporaryDirectory();
  const host = sandboxHost(root, await sandboxPrograms());
  const device = (role: string) => `/dev/vda${(partitionRoles as readonly string[]).indexOf(role) + 1}`;
  for (const [index, role] of partitionRoles.entries()) {
    host.writeFile(`/sys/block/vda/vda${index + 1}/uevent`, `DEVTYPE=partition\nPARTNAME=${role}\n`);
    host.writeFile(`/sys/class/block/vda${index + 1}/size`, `${partitionSize / 512}\n`);
    const size = /^(boot|root|hash|ab)-/.test(role) ? partitionSize : 0;
    host.writeFile(`/dev/vda${index + 1}`, Buffer.alloc(size));
  }
  host.writeFile('/run/catamaran/disk', 'vda\n');
  host.writeFile('/run/catamaran/patience', '60\n');
  host.writeFile('/etc/machine-id', `${machineId}\n`);
  const settings = { url, channel: 'stable', reboot: 'immediate', 'not-before': '1700000000' };
  host.writeFile('/usr/lib/catamaran/update.json', JSON.stringify(settings));
  host.writeFile('/usr/lib/catamaran/root.json', firstRoot);

  const run = (
    command: (words: readonly string[], host: SandboxHost) => number,
    words: readonly string[],
  ) => {
    host.printed.length = 0;
    return { status: command(words, host), said: host.printed.join('\n') };
  };
  const envs = () =>
    envOffsets.map((offset) => host.readBytes(device('ab-state'), offset, envSize)) as [
      Uint8Array,
      Uint8Array,
    ];
  let boots = 0;
  const machine: TestMachine = {
    host,
    agent: (...words) => run(updateWords.has(words[0]!) ? runUpdateCommand : runCommand, words),
    state: () => currentState(...envs()),
    async setState(state) {
      const bytes = Buffer.from(await readFile(join(root, device('ab-state'))));
      for (const offset of envOffsets) bytes.set(serialiseEnv(state), offset);
      host.writeFile(device('ab-state'), bytes);
    },
    async boot({ version, rootHash }, slot) {
      host.writeFile('/proc/cmdline', `catamaran.slot=${slot} catamaran.verity=${rootHash},00,1\n`);
      host.writeFile('/usr/lib/os-release', `IMAGE_ID="lighthouse"\nIMAGE_VERSION="${version}"\n`);
      host.writeFile('/proc/sys/kernel/random/boot_id', `boot-${++boots}\n`);
    },
    async reboot() {
      const [env1, env2] = envs();
      const heads = slotNames.map((slot) => [
        slot,
        host.readBytes(device(slotRole('boot', slot)), 0, 512).some((byte) => byte !== 0),
      ]);
      const choice = chooseBoot({ env1, env2, writable: true, readable: Object.fromEntries(heads) });
      if (choice.written) await machine.setState(choice.written);
      const slot = choice.slot!;
      const release = await machine.holds(slot);
      if (release === undefined) throw new Error(`slot ${slot} holds no whole release`);
      await machine.boot(release, slot);
      run(runCommand, ['account']);
      return slot;
    },
    async holds(slot) {
      const parts = await Promise.all(imageKinds.map(async (kind) => [kind, await machine.part(kind, slot)]));
      const found = Object.fromEntries(parts) as Record<(typeof imageKinds)[number], Buffer>;
      return releases.find(({ images }) =>
        imageKinds.every((kind) => found[kind].subarray(0, images[kind].length).equals(images[kind])),
      );
    },
    part: async (role, slot) => readFile(join(root, device(slotRole(role, slot)))),
    async setting(line) {
      await mkdir(join(root, 'etc/catamaran'), { recursive: true });
      await writeFile(join(root, 'etc/catamaran/update.yml'), `${line}\n`, { flag: 'a' });
    },
    setClock(now) {
      host.intercept =
        now === undefined
          ? undefined
          : ([name]) => (name === 'date' ? { status: 0, output: `${now}\n` } : undefined);
    },
  };
  await machine.boot(releases[0], 'A');
  await machine.setState(freshState);
  for (const kind of imageKinds) {
    const bytes = Buffer.alloc(partitionSize);
    bytes.set(releases[0].images[kind]);
    host.writeFile(device(slotRole(kind, 'A')), bytes);
  }
  return machine;
}
