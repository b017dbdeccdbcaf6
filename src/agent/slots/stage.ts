// A release out of a directory into the slot that does not run, and that slot on trial: `catamaran-agent stage`. It is
// checked where it lies, every digest, before the slot's content goes; fill.ts has the order of writes.

import { archByUname } from '../../base/arch.ts';
import {
  partImageName,
  type ReleaseManifest,
  type ReleasePart,
  readReleaseManifest,
  releaseParts,
} from '../../contract/release-manifest.ts';
import { type SlotName, slotRole } from '../../slots/constants.ts';
import { verityBlockSize } from '../../verity/superblock.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { armOther } from './arm.ts';
import { fillOther, type SlotContent, type SlotSource } from './fill.ts';
import type { SlotMachine } from './machine.ts';
import { digestCommand } from './partitions.ts';
import { readRecords } from './records.ts';

export interface StageOptions {
  /** With boot.img, root.img, hash.img and manifest.json. */
  readonly from: string;
  /** Starts that a trial gets. */
  readonly tries: 1 | 2 | 3;
  /** Also a release that has been rolled back on this machine. */
  readonly force: boolean;
}

export function stage(machine: SlotMachine, { from, tries, force }: StageOptions): void {
  const manifest = readManifest(machine.host, from);
  checkRelease(machine, manifest, force);
  fillOther(machine, directorySource(machine, from, manifest));
  const { version, roothash: rootHash } = manifest;
  armOther(machine, { version, rootHash, tries });
}

/** Images that lie in a directory, each whole. */
export function directorySource(
  { host, partitions, reach }: Pick<SlotMachine, 'host' | 'partitions' | 'reach'>,
  from: string,
  manifest: ReleaseManifest,
): SlotSource {
  const { parts } = manifest;
  const contentFor = (target: SlotName): SlotContent => {
    const copy = (part: ReleasePart, range: { offset: number; size: number }) =>
      partitions.copy(`${from}/${partImageName(part)}`, slotRole(part, target), range);
    return {
      tree: manifest,
      begin: (takeOut) => takeOut(),
      writeRest() {
        for (const part of releaseParts) {
          copy(part, { offset: verityBlockSize, size: Math.max(0, parts[part].size - verityBlockSize) });
          reach(`write ${part}`);
        }
        return [];
      },
      writeFirst() {
        for (const part of ['root', 'hash', 'boot'] as const) {
          copy(part, { offset: 0, size: Math.min(verityBlockSize, parts[part].size) });
          partitions.flush(slotRole(part, target));
          reach(`begin ${part}`);
        }
      },
    };
  };
  return {
    parts,
    open(target) {
      checkFiles(host, from, manifest);
      return contentFor(target);
    },
  };
}

function readManifest(host: Host, from: string): ReleaseManifest {
  const path = `${from}/manifest.json`;
  const text = host.readText(path);
  if (text === undefined)
    throw new AgentError(`${from} holds no release: manifest.json is missing`, {
      code: 'release-missing',
      fault: 'usage',
      hint: 'Name the directory that has boot.img, root.img, hash.img and manifest.json.',
    });
  return readReleaseManifest(text, path);
}

/** What it says of itself. */
function checkRelease({ host }: SlotMachine, manifest: ReleaseManifest, force: boolean): void {
  const os = /^IMAGE_ID="?([^"\n]*)"?$/m.exec(host.readText('/usr/lib/os-release') ?? '')?.[1];
  if (manifest.os !== os)
    throw new AgentError(`this is a release of ${manifest.os}, and this machine runs ${os}`, {
      code: 'release-foreign',
      fault: 'usage',
      hint: 'Take the release of this OS.',
    });
  const arch = archByUname(runOrThrow(host, ['uname', '-m']).trim());
  if (manifest.arch !== arch)
    throw new AgentError(`this is a release for ${manifest.arch}, and this machine is ${arch}`, {
      code: 'release-foreign',
      fault: 'usage',
      hint: 'Take the release for this architecture.',
    });
  const { parts, dataBlocks, roothash, version } = manifest;
  if (dataBlocks * verityBlockSize !== parts.root.size)
    throw new AgentError(
      `the manifest contradicts itself: ${dataBlocks} blocks and root image of ${parts.root.size} bytes`,
      { code: 'release-malformed', fault: 'integrity', hint: 'Build or publish the release again.' },
    );
  if (!force && readRecords(host).failed.some(({ rootHash }) => rootHash === roothash))
    throw new AgentError(`${version} was rolled back on this machine before; --force tries it again`, {
      code: 'release-rolled-back',
      fault: 'usage',
    });
}

/** Before the other slot's content goes: a release that is damaged where it lies must not cost it. */
function checkFiles(host: Host, from: string, { parts }: ReleaseManifest): void {
  for (const part of releaseParts) {
    const { size, sha256 } = parts[part];
    const path = `${from}/${partImageName(part)}`;
    const found = Number(host.run(['stat', '-c', '%s', path]).output);
    if (found !== size)
      throw new AgentError(`${path} has ${found || 'no'} bytes, and the manifest says ${size}`, {
        code: 'release-damaged',
        fault: 'integrity',
        hint: 'Copy the release again.',
      });
    const digest = runOrThrow(host, digestCommand(path, size)).slice(0, 64);
    if (digest !== sha256)
      throw new AgentError(`${path} is damaged: sha256 ${digest}, and the manifest says ${sha256}`, {
        code: 'release-damaged',
        fault: 'integrity',
        hint: 'Copy the release again.',
      });
  }
}
