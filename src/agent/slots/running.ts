// What the kernel's arguments and the root image say of the system that runs.
import type { ReleaseVersion } from '../../base/flavour.ts';
import type { SlotName } from '../../slots/constants.ts';
import { AgentError, type Host } from '../host/host.ts';
import { kernelArgument, kernelWords } from '../host/kernel-arguments.ts';
import { refuseLive } from './live.ts';

export interface Running {
  readonly slot: SlotName;
  /** Lower-case hex. */
  readonly rootHash: string;
  readonly version: ReleaseVersion;
  /** Of this boot, by the kernel. */
  readonly bootId: string;
  /** Started by the boot loader's last entry: no slot was fit to be chosen. */
  readonly rescue: boolean;
}

export function readRunning(host: Host): Running {
  refuseLive(host);
  const slot = kernelArgument(host, 'catamaran.slot');
  const { rootHash, version } = runningRelease(host);
  if ((slot !== 'A' && slot !== 'B') || !rootHash)
    throw new AgentError(
      'the kernel arguments name no slot: this system was not started from a Catamaran disk',
      { code: 'no-slots', hint: 'Run it on a machine that was started from a disk of ours.' },
    );
  return {
    slot,
    rootHash,
    version,
    bootId: (host.readText('/proc/sys/kernel/random/boot_id') ?? '').trim(),
    rescue: kernelWords(host).includes('catamaran.rescue'),
  };
}

/** Of a live system as well. The root hash is empty where the kernel was not told any. */
export function runningRelease(host: Host): Pick<Running, 'version' | 'rootHash'> {
  const release = host.readText('/usr/lib/os-release') ?? '';
  return {
    version: /^IMAGE_VERSION="?([^"\n]*)"?$/m.exec(release)?.[1] ?? 'unknown',
    rootHash: kernelArgument(host, 'catamaran.verity')?.split(',')[0] ?? '',
  };
}
