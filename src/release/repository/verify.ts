// The whole repository, held against everything that is promised of it: the client's workflow with expiry enforced,
// every role, every file's hash, every manifest and every pointer. Finds all faults, not the first one.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Diagnostic } from '../../base/errors.ts';
import { CatamaranError } from '../../base/errors.ts';
import { fetchSignedManifest } from '../../contract/signed-release.ts';
import { hashFile } from '../../store/hash-file.ts';
import { readPointer } from '../../tuf/channel.ts';
import { refresh } from '../../tuf/client.ts';
import { formatTime } from '../../tuf/fields.ts';
import { imageKinds, metadataPath, releasesRole, targetPath } from '../../tuf/names.ts';
import { verifySignature } from '../../tuf/verify-signature.ts';
import { fileSize, type RepositoryDisk } from './disk.ts';
import { createMemory, openDirectory } from './local.ts';
import { channelsOf, listPointers, listReleases, readRepositoryState, type State } from './state.ts';

export interface VerifyAnswer {
  readonly roles: number;
  readonly releases: number;
  readonly pointers: number;
  readonly files: number;
  /** Of the files in `targets/` that are signed, in bytes. */
  readonly bytes: number;
}

/** Throws all faults together. */
export async function verifyRepository(
  directory: string,
  disk: RepositoryDisk,
  now: number,
): Promise<VerifyAnswer> {
  const state = await readRepositoryState(directory, disk, now);
  const faults: Diagnostic[] = [];
  const attempt = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof CatamaranError)) throw thrown;
      faults.push(...thrown.diagnostics);
      return undefined;
    }
  };
  const firstRoot = (await disk.read(metadataPath('root', 1)))!;
  const repository = openDirectory(directory);
  await attempt(() =>
    refresh({ verify: verifySignature, repository, store: createMemory(), firstRoot, now }),
  );
  faults.push(...findExpired(state, now));

  let [files, bytes] = [0, 0];
  for (const role of state.roles.values()) {
    for (const [name, { length, sha256 }] of role.parsed.targets) {
      const fault = await checkFile(directory, name, length, sha256);
      if (fault) faults.push(fault);
      files += 1;
      bytes += length;
    }
  }
  const releases = (await attempt(() => listReleases(state, disk))) ?? [];
  for (const { name, manifest } of releases) faults.push(...checkParts(state, name, manifest));
  let pointers = 0;
  for (const channel of channelsOf(state)) {
    for (const { arch } of (await attempt(() => listPointers(state, disk, channel))) ?? []) {
      pointers += 1;
      await attempt(() => {
        const pointer = readPointer(state.client, channel, arch)!;
        const machine = { os: state.config.os, arch };
        for (const release of [pointer.release, ...pointer.stones])
          fetchSignedManifest(state.client, release, machine);
      });
    }
  }
  const [first, ...others] = uniqueByMessage(faults);
  if (first) throw new CatamaranError('integrity', [first, ...others]);
  return { roles: state.roles.size + 3, releases: releases.length, pointers, files, bytes };
}

function findExpired({ client, roles }: State, now: number): Diagnostic[] {
  const all = [
    ...Object.entries({ root: client.root, timestamp: client.timestamp, snapshot: client.snapshot }),
    ...roles,
  ];
  return all
    .filter(([, { expires }]) => now >= expires)
    .map(([role, { expires }]) => ({
      code: 'tuf-expired',
      message: `${role}.json expired at ${formatTime(expires)}, and now is ${formatTime(now)}`,
      hint: `Run \`catamaran release refresh\`${role === 'timestamp' || role === 'snapshot' ? '' : ` ${role}, with its keys`}.`,
    }));
}

async function checkFile(
  directory: string,
  name: string,
  length: number,
  sha256: string,
): Promise<Diagnostic | undefined> {
  const path = targetPath(name, sha256);
  const size = await fileSize(join(directory, path));
  const hint = 'Restore the file from another copy of the repository, or add the release again.';
  if (size === undefined) return { code: 'release-file-missing', message: `${path} is missing`, hint };
  if (size !== length) {
    return { code: 'release-file-damaged', message: `${path} has ${size} bytes, not ${length}`, hint };
  }
  const hash = createHash('sha256');
  await hashFile(join(directory, path), hash);
  if (hash.digest('hex') === sha256) return undefined;
  return { code: 'release-file-damaged', message: `${path} has another hash than its name says`, hint };
}

function checkParts(
  { roles }: State,
  name: string,
  manifest: Awaited<ReturnType<typeof listReleases>>[number]['manifest'],
): Diagnostic[] {
  const { targets } = roles.get(releasesRole)!.parsed;
  const images = imageKinds.map((kind) => manifest.parts[kind]);
  return [...images, ...(manifest.chunks === undefined ? [] : [manifest.chunks])]
    .filter(({ target, size, sha256 }) => {
      const listed = targets.get(target);
      return listed?.sha256 !== sha256 || listed.length !== size;
    })
    .map(({ target }) => ({
      code: 'release-part-unsigned',
      message: `${name} names ${target}, which the releases role does not list so`,
      hint: 'Add the release again under a new version.',
    }));
}

function uniqueByMessage(faults: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(faults.map((fault) => [fault.message.replace(/ \(TUF .*\)$/, ''), fault])).values()];
}
