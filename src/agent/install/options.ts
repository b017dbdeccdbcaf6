// What may be said to the installer, as words of its command, or for a machine at which nobody sits as one.
import type { Firmware } from '../../base/firmware.ts';
import { AgentError } from '../host/host.ts';

export interface InstallOptions {
  /** Absent: a person is asked. */
  readonly disk?: string;
  readonly wipe: boolean;
  /** A file. */
  readonly config?: string;
  readonly channel?: string;
  readonly firmware: Firmware | 'both';
}

export interface Unattended extends InstallOptions {
  /** `auto`: the only one that fits. */
  readonly disk: string;
  /** In the end; otherwise it powers off. */
  readonly reboot: boolean;
}

const firmwares: readonly InstallOptions['firmware'][] = ['bios', 'uefi', 'both'];
const firmwareOf = (word: string | undefined) => firmwares.find((each) => each === word);

/** Undefined where the words make no sense. */
export function parseInstallWords(words: readonly string[]): InstallOptions | undefined {
  let options: InstallOptions = { wipe: false, firmware: 'both' };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const value = words[at + 1];
    const firmware = firmwareOf(value);
    if (word === '--wipe') options = { ...options, wipe: true };
    else if (!word.startsWith('-') && options.disk === undefined) options = { ...options, disk: word };
    else if (value === undefined || value === '') return undefined;
    else {
      at += 1;
      if (word === '--config') options = { ...options, config: value };
      else if (word === '--channel') options = { ...options, channel: value };
      else if (word === '--firmware' && firmware) options = { ...options, firmware };
      else return undefined;
    }
  }
  return options;
}

export const installArgument = 'catamaran.install';

/** `DISK[,wipe][,reboot][,channel=NAME][,firmware=NAME]`. `what` begins an error's sentence. */
export function parseAsked(value: string, what: string): Unattended {
  const [disk = '', ...words] = value.split(',');
  let options: Unattended = { disk, wipe: false, firmware: 'both', reboot: false };
  if (!/^[\w/.:-]+$/.test(disk)) throw refuse(what, `names no disk: ${JSON.stringify(disk.slice(0, 50))}`);
  for (const word of words) {
    const channel = /^channel=(.+)$/.exec(word)?.[1];
    const firmware = firmwareOf(/^firmware=(.+)$/.exec(word)?.[1]);
    if (word === 'wipe') options = { ...options, wipe: true };
    else if (word === 'reboot') options = { ...options, reboot: true };
    else if (channel) options = { ...options, channel };
    else if (firmware) options = { ...options, firmware };
    else throw refuse(what, `has the word ${JSON.stringify(word.slice(0, 50))}`);
  }
  return options;
}

function refuse(what: string, why: string): AgentError {
  return new AgentError(`${what} ${why}`, {
    code: 'install-argument',
    fault: 'usage',
    hint: 'Write DISK or auto, and after commas: wipe, reboot, channel=NAME, firmware=bios|uefi|both.',
  });
}
