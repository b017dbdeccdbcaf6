// Chooses the accelerator. /dev/kvm may open and its guests still hang, or run at a tenth of emulation's speed (nested
// without the processor's help), so a tiny guest is really run first.
import { access, constants, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Arch, architectureOf } from '../base/arch.ts';
import type { Reporter } from '../base/reporter.ts';
import type { Cache } from '../store/cache.ts';
import type { Tools } from '../tools/tools.ts';
import { type Accelerator, machineArguments, machineProgram } from './arguments.ts';
import { dataDirectories } from './firmware.ts';
import { makeProbeDisk, probeDevice, probeExitCode, probeWord } from './probe-disk.ts';
import { spawnGuarded } from './spawn-guarded.ts';

/** In milliseconds. Real KVM needs about 200, emulation 300; KVM in a nest without the processor's help, many seconds. */
const probeLimit = 1_500;

export interface ProbeRequest {
  /** The machine's, and the host's. */
  readonly arch: Arch;
  readonly tools: Tools;
  readonly cache: Pick<Cache, 'scratch'>;
  readonly reporter: Reporter;
}

/** KVM where a guest has run under it, else `otherwise`. */
export async function chooseAccelerator(
  request: ProbeRequest,
  otherwise: Accelerator = { kind: 'tcg', threads: 'single' },
): Promise<Accelerator> {
  const { arch, reporter } = request;
  if (!architectureOf(arch).qemu.kvmProbe) return otherwise;
  const usable = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!usable) {
    reporter.debug('/dev/kvm is not there or not ours to use: emulating');
    return otherwise;
  }
  if (await runsGuest(request, { kind: 'kvm' }, probeLimit)) return { kind: 'kvm' };
  reporter.debug(`/dev/kvm opens, but a guest under it did not run in ${probeLimit / 1000} s: emulating`);
  return otherwise;
}

/** Whether the probe's boot sector says its word and ends the machine within `limit` milliseconds. */
export async function runsGuest(
  { arch, tools, cache, reporter }: ProbeRequest,
  accelerator: Accelerator,
  limit: number,
): Promise<boolean> {
  const scratch = await cache.scratch();
  try {
    const image = join(scratch.path, 'probe.raw');
    await writeFile(image, makeProbeDisk());
    const args = machineArguments(
      {
        ...{ arch, image, format: 'raw', firmware: 'bios' },
        ...{ memory: 32 << 20, network: 'none', snapshot: true },
        accelerator,
        extra: ['-device', probeDevice],
      },
      { data: dataDirectories(tools, arch) },
    );
    const { child, stdout, stderr } = await spawnGuarded(tools, machineProgram(arch), args, {
      TMPDIR: scratch.path,
    });
    let said = '';
    let complained = '';
    stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complained += chunk;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    clearTimeout(timer);
    if (complained !== '') reporter.debug(`probe of ${accelerator.kind}: ${complained.trim()}`);
    return code === probeExitCode && said.includes(probeWord);
  } finally {
    await scratch.dispose();
  }
}
