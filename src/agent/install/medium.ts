// The medium that the live system runs from, and what it carries for an installation: its index is where the kernel's arguments
// say, and everything else where the index says. Checked as a whole before a disk loses anything for it.

import { type InstallIndex, installIndexSize, readInstallIndex } from '../../contract/install.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { kernelArgument } from '../host/kernel-arguments.ts';
import { trackBytes } from '../host/progress.ts';
import { readRange } from '../host/read-range.ts';
import { liveMedium } from '../slots/live.ts';
import { digestFile } from '../update/digest-file.ts';

export interface Medium {
  /** In /sys/class/block: a disk, or a partition of one. */
  readonly name: string;
  readonly path: string;
  readonly index: InstallIndex;
}

export function openMedium(host: Host): Medium {
  const name = liveMedium(host);
  if (name === undefined)
    throw new AgentError('this is no live system, and it installs nothing: it runs from a disk itself', {
      code: 'install-not-live',
      fault: 'usage',
      hint: 'Start the machine from the ISO or the stick; or update it: catamaran-agent update.',
    });
  const sector = Number(kernelArgument(host, 'catamaran.live')?.split(',')[4] ?? Number.NaN);
  if (!(sector > 0) || !/^[a-z0-9]+$/.test(name))
    throw new AgentError(`this live system, from ${name}, does not carry what a disk is made of`, {
      code: 'install-no-medium',
      hint: 'Start the machine from an ISO or a stick that catamaran has built.',
    });
  const path = `/dev/${name}`;
  const bytes = host.readBytes(path, sector * 512, installIndexSize);
  const index = readInstallIndex(bytes, `install.json of ${path}`, (text) => digestText(host, text));
  return { name, path, index };
}

function digestText(host: Host, text: string): string {
  const scratch = '/run/catamaran/index';
  host.writeFile(scratch, text);
  const digest = digestFile(host, scratch) ?? '';
  host.removeFile(scratch);
  return digest;
}

const names = ['boot', 'root', 'hash', 'packed'] as const;

/** A medium that is damaged must not cost a disk what it holds. */
export function checkMedium(host: Host, { path, index: { images } }: Medium): void {
  const total = names.reduce((sum, name) => sum + images[name].size, 0);
  const track = trackBytes(host, `checking ${path}`, { total, before: 0 });
  const script = `${readRange('"$1"', '"$2"', '"$3"')} | sha256sum`;
  for (const name of names) {
    const { offset, size, sha256 } = images[name];
    const words = [path, String(offset), String(size)] as const;
    const found = runOrThrow(host, ['sh', '-c', script, 'sh', ...words]).slice(0, 64);
    if (found !== sha256)
      throw new AgentError(`the medium ${path} is damaged: ${name} has the sum ${found}, not ${sha256}`, {
        code: 'install-medium-damaged',
        fault: 'integrity',
        hint: 'Write the ISO again, or take another stick or CD.',
      });
    track(size);
  }
}
