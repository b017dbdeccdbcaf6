// `catamaran run SPEC|IMAGE`: builds what is stale and boots it in QEMU as its platform would; its serial console is this
// terminal. Root is let in for this boot, and `catamaran ssh` and `catamaran logs` find the machine.
import { createWriteStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Arch } from '../../base/arch.ts';
import { architectureOf } from '../../base/arch.ts';
import { CatamaranError } from '../../base/errors.ts';
import type { Firmware } from '../../base/firmware.ts';
import { loginKeyName } from '../../contract/run-login.ts';
import { didYouMean } from '../../document/suggest.ts';
import type { Context } from '../../lock/context.ts';
import { hostArchitecture } from '../../lock/resolve.ts';
import { isPlatformName, type PlatformName, platformNames, platforms } from '../../platform/table.ts';
import type { Accelerator, MachineOptions } from '../../run/arguments.ts';
import { makeDisk, type RunDisk } from '../../run/disks.ts';
import type { Forward } from '../../run/forward.ts';
import { type Imitation, imitate } from '../../run/imitate.ts';
import { escapeHelp, type KeySource, runInteractive } from '../../run/interactive.ts';
import { type Machine, type MachineExit, startMachine } from '../../run/machine.ts';
import { chooseAccelerator } from '../../run/probe.ts';
import { makeRecord, type RecordPlace } from '../../run/records.ts';
import { makeSshKey } from '../../run/ssh.ts';
import type { Tools } from '../../tools/tools.ts';
import { createContext } from '../context.ts';
import { targetArch } from '../options.ts';
import type { Session } from '../session.ts';
import { findBootable } from './run-bootable.ts';
import { openBuildTools, openQemu } from './run-tools.ts';
import { deliverUserData, readUserDataOf } from './run-user-data.ts';

export interface RunOptions {
  readonly file: string;
  readonly firmware?: Firmware;
  readonly format: string;
  /** In bytes. */
  readonly memory?: number;
  readonly cpus?: number;
  /** In bytes. */
  readonly disk?: number;
  readonly keep?: true;
  readonly ssh?: number;
  readonly publish?: readonly Forward[];
  readonly platform?: string;
  readonly usb?: true;
  /** False: the machine is booted as it is. */
  readonly login: boolean;
  readonly userData?: string;
  readonly headless?: true;
  readonly emulate?: true;
}

/** One run: what it was asked for, and where its own files are. */
interface Run {
  readonly options: RunOptions;
  readonly asked: PlatformName | undefined;
  readonly arch: Arch;
  readonly hostArch: Arch;
  readonly session: Session;
  readonly context: Context;
  readonly scratch: string;
  readonly record: RecordPlace;
}

export async function run(options: RunOptions, session: Session): Promise<void> {
  const { globals, io } = session;
  const asked = options.platform === undefined ? undefined : parsePlatform(options.platform);
  const arch = targetArch(globals, io);
  firmwareOf(arch, options.firmware);
  const config = options.userData === undefined ? undefined : await readUserDataOf(options.userData, session);
  const context = await createContext(session);
  const scratch = await context.cache.scratch();
  const record = await makeRecord(context.cache.root);
  try {
    const hostArch = hostArchitecture(io.machine);
    await boot({ options, asked, arch, hostArch, session, context, scratch: scratch.path, record }, config);
  } finally {
    await record.remove();
    await scratch.dispose();
  }
}

async function boot(run: Run, config: Uint8Array | undefined): Promise<void> {
  const { options, arch, session, context, scratch, record } = run;
  const { front, signal } = session;
  const { file, format, memory, publish = [] } = options;
  const request = { file, format, arch, memory, scratch, usb: options.usb === true };
  const { name, medium, platform, ...bootable } = await findBootable(request, session, context);
  const imitated = chooseImitation(run, platform);
  const imitation: Partial<Imitation> = imitated === undefined ? {} : imitate(platforms[imitated], arch);
  const firmware = firmwareOf(arch, options.firmware ?? imitation.firmware);
  const tools = await openQemu(context, arch, run.hostArch);
  const disk = medium === undefined ? await chooseDisk(run, bootable) : { snapshot: true };
  const accelerator = await chooseHowToRun(run, tools);
  const key = options.login ? await makeSshKey(tools, record.directory) : undefined;
  const given = config && (await deliverUserData(config, { platform: imitated ?? 'qemu' }, scratch));
  const console = openConsole(run);
  try {
    const machine = await startMachine({
      ...bootable,
      ...imitation,
      ...given?.options,
      ...(medium && { bus: medium }),
      ...disk,
      ...{ arch, firmware, accelerator, tools, cache: context.cache, signal },
      reporter: front,
      cpus: options.cpus,
      sshPort: options.ssh ?? 0,
      forwards: publish,
      firmwareConfig: key && { [loginKeyName]: key.publicKey },
      network: 'open',
      onReboot: 'reboot',
      onSerial: console.write,
    });
    await record.publish({ name: stemOf(file), arch, sshPort: machine.sshPort! });
    tellWaysIn(run);
    const exit = await attend(machine, run);
    signal.throwIfAborted();
    requireGoodEnd(exit);
    front.result('run', { image: name, firmware, reason: exit.reason }, '');
  } finally {
    console.close();
    await given?.close();
  }
}

/** What was asked for, else where the image itself says that it belongs. */
function chooseImitation({ asked, session }: Run, own: PlatformName | undefined): PlatformName | undefined {
  if (asked === undefined && own !== undefined) session.front.info(`a machine as ${own} has them`);
  return asked ?? own;
}

const stemOf = (file: string) => basename(file).replace(/\.[a-z0-9]+$/i, '');

async function chooseDisk(
  { options, session, context, hostArch, scratch }: Run,
  { image, format = 'raw' }: Pick<MachineOptions, 'image' | 'format'>,
): Promise<Partial<RunDisk>> {
  if (image === undefined) return { snapshot: true };
  const kept = `${stemOf(options.file)}-kept.qcow2`;
  const keep = options.keep ? resolve(session.io.cwd, kept) : undefined;
  const wanted = { image, format, size: options.disk, keep };
  const disk = await makeDisk(wanted, () => openBuildTools(context, hostArch), scratch);
  if (disk.continued)
    session.front.info(`going on with ${kept}, as the last run has left it; to begin anew, remove it`);
  else if (keep !== undefined) session.front.info(`what the machine writes is kept in ${kept}`);
  return disk;
}

const emulation = { kind: 'tcg', threads: 'single' } as const;

async function chooseHowToRun(
  { options, arch, hostArch, session: { front }, context: { cache } }: Run,
  tools: Tools,
): Promise<Accelerator> {
  if (options.emulate) return emulation;
  if (arch !== hostArch) {
    front.info(`${arch} on ${hostArch}: emulating, about ten times slower`);
    return emulation;
  }
  const chosen = await chooseAccelerator({ arch, tools, cache, reporter: front }, emulation);
  if (chosen.kind === 'tcg') front.info('no KVM: emulating, about ten times slower');
  return chosen;
}

/** In bytes, of what is kept of the console for `catamaran logs`. */
const logLimit = 64 << 20;

/** The console is not an event: with --json stdout stays with the events. */
function openConsole({ session: { globals, io }, record }: Run) {
  const shown = globals.json ? io.stderr : io.stdout;
  const log = createWriteStream(record.console);
  return {
    write(chunk: Uint8Array) {
      shown.write(chunk);
      if (log.bytesWritten < logLimit) log.write(chunk);
    },
    close: () => void log.end(),
  };
}

function tellWaysIn({ options: { login, ssh, publish = [], headless }, session: { front } }: Run): void {
  for (const { host, guest, protocol } of publish)
    front.info(`127.0.0.1:${host} leads to the machine’s port ${guest}${protocol === 'udp' ? '/udp' : ''}`);
  if (login) front.info('console: log in as root, without a password, in this boot only');
  if (login) front.info('SSH, where sshd runs: catamaran ssh, in another terminal');
  if (ssh !== undefined) front.info(`SSH with a key of your own: ssh -p ${ssh} root@127.0.0.1`);
  if (!headless) front.info(escapeHelp);
}

function attend(machine: Machine, { options, session: { io, front } }: Run): Promise<MachineExit> {
  if (options.headless) return machine.exited;
  return runInteractive(machine, io.stdin as KeySource, (line) => front.info(line));
}

function requireGoodEnd({ exitCode, stderr }: MachineExit): void {
  if (exitCode === 0 || exitCode === null) return;
  throw new CatamaranError('environment', {
    code: 'qemu-failed',
    message: `QEMU ended with exit code ${exitCode}: ${stderr.trim().split('\n').at(-1) ?? ''}`,
    hint: 'Run the command again with --verbose to see how QEMU was called.',
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
