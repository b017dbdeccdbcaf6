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
import { hostArchitecture } from '../../lock/resolve.ts';
import { isPlatformName, type PlatformName, platformNames, platforms } from '../../platform/table.ts';
import { makeDisk } from '../../run/disks.ts';
import type { Forward } from '../../run/forward.ts';
import { type Imitation, imitate } from '../../run/imitate.ts';
import { escapeHelp, type KeySource, runInteractive } from '../../run/interactive.ts';
import { startMachine } from '../../run/machine.ts';
import { chooseAccelerator } from '../../run/probe.ts';
import { makeRecord, type RecordPlace } from '../../run/records.ts';
import { makeSshKey } from '../../run/ssh.ts';
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

const emulation = { kind: 'tcg', threads: 'single' } as const;
/** In bytes, of what the console has said. */
const logLimit = 64 << 20;

export async function run(options: RunOptions, session: Session): Promise<void> {
  const asked = options.platform === undefined ? undefined : parsePlatform(options.platform);
  firmwareOf(targetArch(session.globals, session.io), options.firmware);
  const context = await createContext(session);
  const { cache } = context;
  const scratch = await cache.scratch();
  const record = await makeRecord(cache.root);
  try {
    const place = { scratch: scratch.path, record };
    await runIn(place, { ...options, ...(asked && { platform: asked }) }, session, context);
  } finally {
    await record.remove();
    await scratch.dispose();
  }
}

interface Place {
  /** This run's own directory. */
  readonly scratch: string;
  readonly record: RecordPlace;
}

async function runIn(
  { scratch, record }: Place,
  options: RunOptions,
  session: Session,
  context: Awaited<ReturnType<typeof createContext>>,
): Promise<void> {
  const { io, globals, front, signal } = session;
  const { file, format, memory, disk, headless, publish = [] } = options;
  const arch = targetArch(globals, io);
  const config = options.userData === undefined ? undefined : await readUserDataOf(options.userData, session);
  const request = { file, format, arch, memory, scratch, usb: options.usb === true };
  const { name, medium, platform, ...bootable } = await findBootable(request, session, context);
  const imitated = (options.platform as PlatformName | undefined) ?? platform;
  if (imitated && imitated !== options.platform) front.info(`a machine as ${imitated} has them`);
  const imitation: Partial<Imitation> = imitated === undefined ? {} : imitate(platforms[imitated], arch);
  const firmware = firmwareOf(arch, options.firmware ?? imitation.firmware);

  const { cache } = context;
  const hostArch = hostArchitecture(io.machine);
  const tools = await openQemu(context, arch, hostArch);
  const stem = basename(file).replace(/\.[a-z0-9]+$/i, '');
  const ownDisk =
    bootable.image === undefined || medium !== undefined
      ? { snapshot: true }
      : await makeDisk(
          {
            image: bootable.image,
            format: bootable.format ?? 'raw',
            size: disk,
            ...(options.keep && { keep: resolve(io.cwd, `${stem}-kept.qcow2`) }),
          },
          () => openBuildTools(context, hostArch),
          scratch,
        );
  if (options.keep) {
    const kept = `${stem}-kept.qcow2`;
    front.info(
      'continued' in ownDisk
        ? `going on with ${kept}, as the last run has left it; to begin anew, remove it`
        : `what the machine writes is kept in ${kept}`,
    );
  }
  const accelerator =
    !options.emulate && arch === hostArch
      ? await chooseAccelerator({ arch, tools, cache, reporter: front }, emulation)
      : emulation;
  if (accelerator.kind === 'tcg' && !options.emulate) {
    const why = arch === hostArch ? 'no KVM' : `${arch} on ${hostArch}`;
    front.info(`${why}: emulating, about ten times slower`);
  }
  const key = options.login ? await makeSshKey(tools, record.directory) : undefined;
  for (const { host, guest, protocol } of publish)
    front.info(`127.0.0.1:${host} leads to the machine’s port ${guest}${protocol === 'udp' ? '/udp' : ''}`);

  // The console is not an event: with --json stdout stays with the events.
  const console = globals.json ? io.stderr : io.stdout;
  const given = config && (await deliverUserData(config, { platform: imitated ?? 'qemu' }, scratch));
  const log = createWriteStream(record.console);
  const machine = await startMachine({
    ...bootable,
    ...imitation,
    ...given?.options,
    ...(medium && { bus: medium }),
    ...ownDisk,
    ...{ arch, firmware, accelerator, tools, cache, signal },
    reporter: front,
    cpus: options.cpus,
    sshPort: options.ssh ?? 0,
    forwards: publish,
    firmwareConfig: key && { [loginKeyName]: key.publicKey },
    network: 'open',
    onReboot: 'reboot',
    onSerial: (chunk) => {
      console.write(chunk);
      if (log.bytesWritten < logLimit) log.write(chunk);
    },
  });
  await record.publish({ name: stem, arch, sshPort: machine.sshPort! });
  if (key) front.info('console: log in as root, without a password, in this boot only');
  if (key) front.info('SSH, where sshd runs: catamaran ssh, in another terminal');
  if (options.ssh !== undefined)
    front.info(`SSH with a key of your own: ssh -p ${options.ssh} root@127.0.0.1`);
  if (!headless) front.info(escapeHelp);

  const tell = (line: string) => front.info(line);
  const exit = headless ? await machine.exited : await runInteractive(machine, io.stdin as KeySource, tell);
  log.end();
  await given?.close();
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
