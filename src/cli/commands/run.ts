// `catamaran run SPEC|IMAGE`: builds what is stale and boots it in QEMU; its serial console is this terminal.
import { type Arch, architectureOf } from '../../base/arch.ts';
import { CatamaranError } from '../../base/errors.ts';
import type { Firmware } from '../../base/firmware.ts';
import { didYouMean } from '../../document/suggest.ts';
import { withWorkshop } from '../../engine/workshop.ts';
import type { Context } from '../../lock/context.ts';
import { hostArchitecture } from '../../lock/resolve.ts';
import type { LockedPackage } from '../../packages/locked.ts';
import { isPlatformName, type PlatformName, platformNames, platforms } from '../../platform/table.ts';
import { type Imitation, imitate } from '../../run/imitate.ts';
import { escapeHelp, type KeySource, runInteractive } from '../../run/interactive.ts';
import { type MachineExit, startMachine } from '../../run/machine.ts';
import { chooseAccelerator } from '../../run/probe.ts';
import { fetchPackages, sourceOf } from '../../sources/table.ts';
import { openTools } from '../../tools/open.ts';
import { isPrepared } from '../../tools/root.ts';
import type { Tools } from '../../tools/tools.ts';
import { createContext } from '../context.ts';
import { lockOne } from '../lock-one.ts';
import { targetArch } from '../options.ts';
import type { Session } from '../session.ts';
import { findBootable } from './run-bootable.ts';
import { deliverUserData, readUserDataOf } from './run-user-data.ts';

export interface RunOptions {
  readonly file: string;
  readonly firmware?: Firmware;
  readonly format: string;
  /** In bytes. */
  readonly memory?: number;
  readonly ssh?: number;
  readonly platform?: string;
  readonly userData?: string;
  readonly headless?: true;
  readonly emulate?: true;
}

const emulation = { kind: 'tcg', threads: 'single' } as const;

export async function run(
  { file, firmware: chosen, format, memory, ssh, platform, userData, headless, emulate }: RunOptions,
  session: Session,
): Promise<void> {
  const { io, globals, front, signal } = session;
  const arch = targetArch(globals, io);
  const named = platform === undefined ? undefined : parsePlatform(platform);
  const imitation: Partial<Imitation> = named === undefined ? {} : imitate(platforms[named], arch);
  const config = userData === undefined ? undefined : await readUserDataOf(userData, session);
  const firmware = firmwareOf(arch, chosen ?? imitation.firmware);
  const context = await createContext(session);
  const { name, ...bootable } = await findBootable({ file, format, arch, memory }, session, context);
  const hostArch = hostArchitecture(io.machine);
  const tools = await openQemu(context, arch, hostArch);
  const { cache } = context;
  const accelerator =
    !emulate && arch === hostArch
      ? await chooseAccelerator({ arch, tools, cache, reporter: front }, emulation)
      : emulation;
  if (ssh !== undefined) front.info(`SSH: ssh -p ${ssh} root@127.0.0.1`);
  if (!headless) front.info(escapeHelp);

  // The console is not an event: with --json stdout stays with the events.
  const console = globals.json ? io.stderr : io.stdout;
  const scratch = await cache.scratch();
  const given = config && (await deliverUserData(config, { platform: named ?? 'qemu' }, scratch.path));
  try {
    const machine = await startMachine({
      ...bootable,
      ...imitation,
      ...given?.options,
      ...{ arch, firmware, accelerator, tools, cache, signal },
      reporter: front,
      sshPort: ssh,
      snapshot: true,
      network: 'open',
      onReboot: 'reboot',
      onSerial: (chunk) => void console.write(chunk),
    });
    const tell = (line: string) => front.info(line);
    const exit = headless ? await machine.exited : await runInteractive(machine, io.stdin as KeySource, tell);
    finish(exit, { name, firmware }, session);
  } finally {
    await given?.close();
    await scratch.dispose();
  }
}

function finish(
  exit: MachineExit,
  { name, firmware }: { name: string; firmware: Firmware },
  session: Session,
): void {
  const { front, signal } = session;
  signal.throwIfAborted();
  if (exit.exitCode !== 0 && exit.exitCode !== null) {
    throw new CatamaranError('environment', {
      code: 'qemu-failed',
      message: `QEMU ended with exit code ${exit.exitCode}: ${exit.stderr.trim().split('\n').at(-1) ?? ''}`,
      hint: 'Run the command again with --verbose to see how QEMU was called.',
    });
  }
  front.result('run', { image: name, firmware, reason: exit.reason }, '');
}

async function openQemu(context: Context, arch: Arch, hostArch: Arch): Promise<Tools> {
  const reference = `component:${architectureOf(arch).qemu.component}`;
  const request = { reference, arch: hostArch, hostArch, remembered: true };
  const { component, locked } = await lockOne(request, context);
  const { packages } = component;
  return withWorkshop(locked, context, async (workshop) => {
    const { cache } = workshop;
    if (!(await isPrepared({ cache, packages }))) await fetchPackages(packages, workshop.packages);
    const packageTree = (wanted: LockedPackage) => sourceOf(wanted).unpack(wanted, workshop.packages);
    return openTools({ cache, reporter: context.reporter, packages, packageTree });
  });
}

function parsePlatform(name: string): PlatformName {
  if (isPlatformName(name)) return name;
  throw new CatamaranError('usage', {
    code: 'platform-unknown',
    message: `there is no platform ${JSON.stringify(name)}`,
    hint: didYouMean(name, platformNames) ?? `There are ${platformNames.join(', ')}.`,
  });
}

function firmwareOf(arch: Arch, chosen: Firmware | undefined): Firmware {
  if (architectureOf(arch).grub.bios) return chosen ?? 'bios';
  if (chosen !== 'bios') return 'uefi';
  throw new CatamaranError('usage', {
    code: 'run-firmware',
    message: `machines of ${arch} have no BIOS`,
    hint: 'Leave --firmware out.',
  });
}
