// A machine in a directory that runs one release in slot A: the device's own updater on Node, with the device's curl, and
// files in the place of partitions. What needs a kernel of its own, the reading of all blocks through dm-verity, is left out.
import { copyFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dispatch } from '../src/agent/commands/dispatch.ts';
import { updateCommands } from '../src/agent/commands/table.ts';
import { type ReleaseManifest, type ReleasePart, releaseParts } from '../src/contract/release-manifest.ts';
import { envOffsets, partitionRoles, slotRole } from '../src/slots/constants.ts';
import { serialiseEnv } from '../src/slots/env.ts';
import { freshState } from '../src/slots/state.ts';
import { sandboxHost } from '../test/agent/update/support/sandbox-host.ts';
import { sandboxPrograms } from '../test/agent/update/support/sandbox-programs.ts';

export interface BenchRelease {
  readonly manifest: ReleaseManifest;
  /** Paths. */
  readonly images: Readonly<Record<ReleasePart, string>>;
}

export interface MachineRequest {
  /** Empty, and the machine's own from now on. */
  readonly root: string;
  readonly runs: BenchRelease;
  readonly url: string;
  readonly channel: string;
  /** The root metadata that it trusts, as a path. */
  readonly trust: string;
}

export interface BenchMachine {
  /** `catamaran-agent update WORDS`; throws with what it said where it failed. */
  update(...words: string[]): string;
  /** The path of the file that is the partition. */
  partition(part: ReleasePart, slot: 'A' | 'B'): string;
}

/** In bytes; sparse. */
const partitionSize = 1 << 30;

export async function openMachine(request: MachineRequest): Promise<BenchMachine> {
  const { root, runs, url, channel, trust } = request;
  const host = sandboxHost(root, await sandboxPrograms());
  const device = (role: string) => `/dev/vda${(partitionRoles as readonly string[]).indexOf(role) + 1}`;
  const place = (path: string) => join(root, path);
  const write = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(place(path)), { recursive: true });
    await writeFile(place(path), content);
  };
  for (const [index, role] of partitionRoles.entries()) {
    await write(`/sys/block/vda/vda${index + 1}/uevent`, `DEVTYPE=partition\nPARTNAME=${role}\n`);
    await write(`/sys/class/block/vda${index + 1}/size`, `${partitionSize / 512}\n`);
    await write(device(role), '');
    await truncate(place(device(role)), role === 'ab-state' ? 1 << 20 : partitionSize);
  }
  for (const part of releaseParts) {
    const target = place(device(slotRole(part, 'A')));
    await copyFile(runs.images[part], target);
    await truncate(target, partitionSize);
  }
  const state = Buffer.alloc(1 << 20);
  for (const offset of envOffsets) state.set(serialiseEnv(freshState), offset);
  await write(device('ab-state'), state);

  const { os, version, roothash, salt, dataBlocks } = runs.manifest;
  await write('/run/catamaran/disk', 'vda\n');
  await write('/etc/machine-id', `${'0123456789abcdef'.repeat(2)}\n`);
  await write('/proc/sys/kernel/random/boot_id', 'boot\n');
  await write('/proc/cmdline', `catamaran.slot=A catamaran.verity=${roothash},${salt},${dataBlocks}\n`);
  await write('/usr/lib/os-release', `IMAGE_ID="${os}"\nIMAGE_VERSION="${version}"\n`);
  const settings = { url, channel, reboot: 'immediate', 'not-before': '1700000000' };
  await write('/usr/lib/catamaran/update.json', JSON.stringify(settings));
  await write('/usr/lib/catamaran/root.json', await readFile(trust));
  return {
    update(...words) {
      host.printed.length = 0;
      const status = dispatch(['update', ...words], host, updateCommands);
      const said = host.printed.join('\n');
      if (status !== 0) throw new Error(`catamaran-agent update ${words.join(' ')}: ${said}`);
      return said;
    },
    partition: (part, slot) => place(device(slotRole(part, slot))),
  };
}
