// Real machines for tests. A failure carries the end of what the machine said on its serial port.
import { type Arch, architectureOf } from '../../src/base/arch.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import type { Accelerator, MachineOptions } from '../../src/run/arguments.ts';
import { type Machine, startMachine } from '../../src/run/machine.ts';
import { plainText } from '../../src/run/serial.ts';
import { makeSshKey, type SshKey } from '../../src/run/ssh.ts';
import { hostTools, type ToolsComponent, testCache } from './tools.ts';

export interface TestMachineOptions extends Omit<MachineOptions, 'accelerator' | 'arch'> {
  /** Default: amd64. */
  readonly arch?: Arch;
  readonly accelerator?: Accelerator;
  readonly ssh?: { readonly user: string; readonly key: SshKey };
}

/** Emulation in one thread: the same everywhere, and it repeats. */
export const testAccelerator: Accelerator = { kind: 'tcg', threads: 'single' };

/** For machines that live longer than one test; end it with `kill()` in afterAll. Writes are lost unless `snapshot: false`. */
export async function startTestMachine(options: TestMachineOptions): Promise<Machine> {
  const { arch = 'amd64' } = options;
  const qemu = architectureOf(arch).qemu.component as ToolsComponent;
  const [tools, cache] = await Promise.all([hostTools([qemu]), testCache()]);
  const chosen = options.accelerator ?? testAccelerator;
  return startMachine({
    snapshot: true,
    ...options,
    arch,
    accelerator: chosen,
    tools,
    cache,
    reporter: silentReporter,
  });
}

/** Starts a machine, uses it, and ends it in any case. */
export async function withMachine<T>(
  options: TestMachineOptions,
  use: (machine: Machine) => Promise<T>,
): Promise<T> {
  const machine = await startTestMachine(options);
  try {
    return await withSerialLog(machine, () => use(machine));
  } finally {
    await machine.kill();
  }
}

const shownLines = 100;

/** What `action` throws gets the machine's last lines. */
export async function withSerialLog<T>(machine: Machine, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    if (thrown instanceof Error) {
      const lines = plainText(machine.serial.text).split('\n').slice(-shownLines).join('\n');
      thrown.message += `\n--- the machine's serial port ---\n${lines}\n---`;
    }
    throw thrown;
  }
}

/** A key pair in `directory`, for the spec's authorized keys and `ssh`. */
export async function testSshKey(directory: string): Promise<SshKey> {
  return makeSshKey(await hostTools(['tools-qemu']), directory);
}
