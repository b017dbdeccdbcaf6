// A source of packages, as whoever resolves, fetches or describes them sees it. Debian is one (src/debian); all are in
// the table of src/sources.
import type { Unpack } from '../archive/unpack.ts';
import type { Arch } from '../base/arch.ts';
import type { DownloadTarget } from '../net/download.ts';
import type { ReadonlyTree } from '../tree/tree.ts';
import type { LockedPackage } from './locked.ts';

/** A component's `from`. */
export interface PackageOrigin {
  readonly source: string;
  readonly release: string;
  /** Of its archive; the usual one when absent. */
  readonly components?: readonly string[];
}

/** Base URLs, without trailing slash. */
export interface Mirror {
  readonly archive: string;
  /** Of the pocket `security`. */
  readonly security: string;
}

/** What a user and the host say of a mirror. */
export interface MirrorSettings {
  /** The value of `--mirror`. */
  readonly option?: string | undefined;
  /** What the user has set for all commands. */
  readonly remembered?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** How a source reaches what it has. */
export interface PackageAccess extends DownloadTarget {
  /** A function is asked only when something must be fetched. */
  readonly mirror: Mirror | (() => Promise<Mirror>);
  /** More base URLs, tried in turn for what the mirror no longer has: snapshots of the archive. */
  readonly snapshotMirrors?: readonly string[];
  /** Who decompresses; this thread when absent. */
  readonly unpack?: Unpack;
}

export interface PackageRequest {
  /** Names, or `name=version` for exactly that version. */
  readonly packages: readonly string[];
  /** Names where the closure is cut: neither taken nor followed; a relation that names one counts as satisfied. */
  readonly without?: readonly string[];
  /** Who asks, as the first link of every chain: a component's name. */
  readonly requester?: string;
}

/** What a source has for one architecture, verified. */
export interface Catalogue {
  /** With all that they depend on, sorted by name. */
  resolve(request: PackageRequest): LockedPackage[];
  /** The newest date of its parts, in seconds since the epoch. */
  readonly epoch: number;
  /** Its parts, each with its date as ISO 8601 in UTC. */
  readonly suites: readonly { readonly suite: string; readonly date: string }[];
}

export interface PackageSource {
  /** What may follow its name in `from`; the first one is usual. */
  readonly releases: readonly string[];
  /** Of its archive; the first one is usual. */
  readonly components: readonly string[];
  /** Whether a package is one of its. */
  owns(locked: LockedPackage): boolean;
  /** What is named of them; throws fault 'usage' where that is no mirror's address. Looks at nothing else. */
  statedMirror(settings: MirrorSettings): Mirror | undefined;
  /** Throws fault 'environment' where none is known. */
  findMirror(settings: MirrorSettings): Promise<Mirror>;
  /** @param now for the dates of signatures */
  open(origin: PackageOrigin, arch: Arch, access: PackageAccess, now: Date): Promise<Catalogue>;
  /** Whatever the cache does not have yet, fetched, verified and unpacked, several at a time. */
  fetch(packages: readonly LockedPackage[], access: PackageAccess): Promise<void>;
  /** A package's files; fetched if the cache does not have them. */
  unpack(locked: LockedPackage, access: PackageAccess): Promise<ReadonlyTree>;
  /** What it would do when installed, as files by name: `postinst` and its like. Read, never run. */
  control(locked: LockedPackage, access: PackageAccess): Promise<ReadonlyTree>;
  /** Its package URL, and who supplies it, as SPDX has it. */
  purl(locked: LockedPackage): string;
  readonly supplier: string;
  /** What it says of its licences, as an SPDX expression; of its unpacked files. */
  licences(locked: LockedPackage, tree: ReadonlyTree): Promise<string | undefined>;
}
