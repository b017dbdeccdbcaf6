// The Debian archive as one thing: the release's pockets, each verified, and the index over them all.

import type { Arch } from '../base/arch.ts';
import type { Digest } from '../base/digest.ts';
import type { Reporter } from '../base/reporter.ts';
import type { Transport } from '../net/http.ts';
import type { Patience } from '../net/patience.ts';
import { type Pocket, pockets } from '../packages/locked.ts';
import type { Mirror } from '../packages/source.ts';
import type { Cache } from '../store/cache.ts';
import { eachLimited } from '../store/each-limited.ts';
import { fetchRelease, fetchTables, type SuiteRequest } from './fetch-index.ts';
import { makePackageIndex, type PackageIndex } from './index.ts';
import { baseUrl } from './mirror.ts';
import { archiveComponents, suites as knownSuites } from './suites.ts';
import type { TrustedKey } from './trusted-key.ts';

export interface ArchiveRequest {
  readonly mirror: Mirror;
  /** The release's code name. */
  readonly suite: string;
  /** Of the archive; main alone when absent. */
  readonly components?: readonly string[];
  readonly arch: Arch;
  readonly cache: Cache;
  readonly reporter: Reporter;
  readonly offline: boolean;
  /** For the dates of signatures and suites. */
  readonly now: Date;
  /** Whose signature is taken; Debian's own keys of the release when absent. */
  readonly keys?: readonly TrustedKey[];
  /** Takes a suite whose Valid-Until has passed: for snapshots of the archive. */
  readonly allowExpired?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly transport?: Transport | undefined;
  readonly patience?: Partial<Patience>;
}

export interface SuiteState {
  readonly suite: string;
  readonly pocket: Pocket;
  /** The Release file's Date: ISO 8601, whole seconds, UTC. */
  readonly date: string;
  /** Of the InRelease file. */
  readonly digest: Digest;
}

export interface Archive {
  readonly packages: PackageIndex;
  /** In the order of the pockets. */
  readonly releases: readonly SuiteState[];
  /** The newest Date of the suites, in seconds since the epoch. */
  readonly snapshotEpoch: number;
}

export async function loadArchive(request: ArchiveRequest): Promise<Archive> {
  const { mirror, arch, cache, reporter, offline, transport, now, allowExpired } = request;
  const { suffixes, keys: usualKeys } = knownSuites[request.suite]!;
  const { keys = usualKeys, components = archiveComponents.slice(0, 1) } = request;
  const fetchSuite = async (pocket: Pocket, _: number, signal: AbortSignal) => {
    const patience = request.patience && { patience: request.patience };
    const to = { cache, reporter, offline, signal, transport, ...patience };
    const suite: SuiteRequest = {
      base: baseUrl(mirror, pocket),
      suite: `${request.suite}${suffixes[pocket]}`,
      pocket,
      components,
      arch,
      keys,
      now,
      ...(allowExpired === undefined ? {} : { allowExpired }),
    };
    const release = await fetchRelease(suite, to);
    return { pocket, release, tables: await fetchTables(release, suite, to) };
  };
  const limits = { parallel: pockets.length, signal: request.signal };
  const suites = await eachLimited(pockets, fetchSuite, limits);
  return {
    packages: makePackageIndex(
      arch,
      suites.flatMap(({ tables }) => tables),
    ),
    releases: suites.map(({ pocket, release }) => ({
      suite: release.suite,
      pocket,
      date: new Date(release.date * 1000).toISOString().replace('.000Z', 'Z'),
      digest: release.digest,
    })),
    snapshotEpoch: Math.max(...suites.map(({ release }) => release.date)),
  };
}
