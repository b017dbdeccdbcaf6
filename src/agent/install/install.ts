// `catamaran-agent install`: from the live system onto a disk of this machine. All that can be refused is refused before the
// disk loses a byte; what was done is said at the end.
import { formatSize } from '../../base/size.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { configVolume, readAsked } from './asked.ts';
import { chooseByAsking, chooseNamed, chooseOnly } from './choose-disk.ts';
import type { MachineDisk } from './disks.ts';
import { checkMedium, type Medium, openMedium } from './medium.ts';
import { type InstallOptions, installArgument } from './options.ts';
import { checkSettings, type MachineSettings } from './settings.ts';
import { placeIn } from './target-partitions.ts';
import { type DiskWishes, writeDisk } from './write-disk.ts';

export function install(host: Host, options: InstallOptions): void {
  const medium = openMedium(host);
  const wishes = wishesOf(host, options);
  checkWishes(host, medium, wishes);
  const { disk: name, wipe } = options;
  const choice = { medium, wipe };
  const disk = name === undefined ? chooseByAsking(host, choice) : chooseNamed(host, name, choice);
  installOn(host, disk, medium, wishes);
}

/** As the kernel's argument or the config volume says, and then the machine goes down. */
export function installUnattended(host: Host): void {
  const options = readAsked(host);
  if (options === undefined)
    throw new AgentError(
      `neither the kernel’s ${installArgument} nor a volume ${configVolume} names a disk`,
      {
        code: 'install-argument',
        fault: 'usage',
        hint: 'Name a disk: catamaran-agent install DISK.',
      },
    );
  const medium = openMedium(host);
  const wishes = wishesOf(host, options);
  checkWishes(host, medium, wishes);
  const choice = { medium, wipe: options.wipe };
  const disk = whenThere(host, () =>
    options.disk === 'auto' ? chooseOnly(host, choice) : chooseNamed(host, options.disk, choice),
  );
  installOn(host, disk, medium, wishes);
  const last = options.reboot ? 'reboot' : 'poweroff';
  host.print(options.reboot ? 'restarting in 5 seconds' : 'powering off in 5 seconds');
  host.run(['sleep', '5']);
  runOrThrow(host, ['sync']);
  // At once: a live system has nothing that would have to be stopped.
  host.run([last, '-f']);
}

const patience = 30; // seconds

/** A controller may still be looking for its disks. */
function whenThere<T>(host: Host, choose: () => T): T {
  for (let waited = 0; ; waited += 1) {
    try {
      return choose();
    } catch (error) {
      const isMissing = error instanceof AgentError && error.code === 'install-disk-unknown';
      if (!isMissing || waited >= patience) throw error;
      host.run(['sleep', '1']);
    }
  }
}

/** The initrd's word: what `catamaran iso customize --config` has put into the medium. */
const configOfMedium = '/run/catamaran/config';

function wishesOf(host: Host, { config, channel, firmware }: InstallOptions): DiskWishes {
  const given = config ?? (host.readText(configOfMedium) === undefined ? undefined : configOfMedium);
  return { config: given, channel, firmware };
}

function checkWishes(host: Host, { index }: Medium, wishes: DiskWishes): void {
  if (wishes.firmware === 'bios' && index.pieces['boot-code'] === undefined)
    throw new AgentError(`machines of ${index.arch} have no BIOS`, {
      code: 'install-firmware',
      fault: 'usage',
      hint: 'Leave --firmware out.',
    });
  checkSettings(host, wishes);
}

function installOn(host: Host, disk: MachineDisk, medium: Medium, wishes: DiskWishes): void {
  const { index } = medium;
  host.print(`${index.os} ${index.version} goes onto ${disk.path}, ${formatSize(disk.size)}, ${disk.model}`);
  checkMedium(host, medium);
  writeDisk(host, medium, disk, wishes);
  for (const line of describeResult(disk, medium, wishes)) host.print(line);
}

function describeResult(disk: MachineDisk, { name, index }: Medium, wishes: DiskWishes): string[] {
  const { config, channel }: MachineSettings = wishes;
  const data = placeIn(index, 'data').size + disk.size - index.size;
  const firmware =
    wishes.firmware === 'both' && index.pieces['boot-code']
      ? 'BIOS and UEFI'
      : firmwareNames[wishes.firmware];
  return [
    `${index.os} ${index.version} is on ${disk.path}, read back and verified`,
    `  started by     ${firmware}`,
    `  slot A         ${index.version}; slot B is empty`,
    `  data           ${formatSize(data)} from the first start on`,
    `  configuration  ${config === undefined ? 'none' : `of ${config}`}`,
    ...(channel === undefined ? [] : [`  channel        ${channel}`]),
    `take the medium (${name}) out, and restart`,
  ];
}

const firmwareNames = { bios: 'BIOS', uefi: 'UEFI', both: 'UEFI' } as const;
