// What the kernel's arguments and the root image say of the system that runs.
import type { SlotName } from '../../slots/constants.ts';
import { AgentError, type Host } from '../host/host.ts';

export interface Running {
  readonly slot: SlotName;
  /** Lower-case hex. */
  readonly rootHash: string;
  readonly version: string;
  /** Of this boot, by the kernel. */
  readonly bootId: string;
  /** Started by the boot loader's last entry: no slot was fit to be chosen. */
  readonly rescue: boolean;
}

export function readRunning(host: Host): Running {
  const words = (host.readText('/proc/cmdline') ?? '').trim().split(/\s+/);
  // The last word of a name counts, as in the initrd.
  const argument = (name: string) =>
    words
      .filter((word) => word.startsWith(`${name}=`))
      .at(-1)
      ?.slice(name.length + 1);
  const slot = argument('catamaran.slot');
  const rootHash = argument('catamaran.verity')?.split(',')[0];
  if ((slot !== 'A' && slot !== 'B') || !rootHash)
    throw new AgentError(
      'the kernel arguments name no slot: this system was not started from a Catamaran disk',
      { code: 'no-slots', hint: 'Run it on a machine that was started from a disk of ours.' },
    );
  const release = host.readText('/usr/lib/os-release') ?? '';
  return {
    slot,
    rootHash,
    version: /^IMAGE_VERSION="?([^"\n]*)"?$/m.exec(release)?.[1] ?? 'unknown',
    bootId: (host.readText('/proc/sys/kernel/random/boot_id') ?? '').trim(),
    rescue: words.includes('catamaran.rescue'),
  };
}
