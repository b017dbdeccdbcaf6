// What the working rooms (lock, plan, build, run) are given of the world: made once by cli from the options and the
// process, so that nothing below it looks at the environment, the clock or the disk's layout by itself.
import type { Reporter } from '../base/reporter.ts';
import type { Transport } from '../net/http.ts';
import type { RegistryClient } from '../oci/registry.ts';
import type { Mirror } from '../packages/source.ts';
import type { Cache } from '../store/cache.ts';

/** The digest of all the code that a file below src reaches (its path without `.ts`): part of a step's key. */
export type CodeDigests = (module: string) => string;

export interface Context {
  readonly cache: Cache;
  readonly reporter: Reporter;
  /** Aborted when the user wants out. */
  readonly signal: AbortSignal;
  /** Found when it is first needed: a build from the cache needs none. Throws fault 'environment' if none is known. */
  readonly mirror: () => Promise<Mirror>;
  /** The way to the mirror; a direct one when absent. */
  readonly transport?: Transport;
  /** The client of all registries: opened when the first image of one is asked for. */
  readonly registries: () => Promise<RegistryClient>;
  /** Base URLs of archives that keep old packages, without a trailing slash, in the order to be tried. */
  readonly snapshotMirrors: readonly string[];
  readonly program: CodeDigests;
  /** Nothing may be fetched. */
  readonly offline: boolean;
  /** Seconds since the epoch, at the command's start. */
  readonly now: number;
  /** The directory of the components that `component:NAME` means. */
  readonly componentsRoot: string;
  /** The directory of the components of the host's tools. */
  readonly toolsRoot: string;
  /** The user's home directory, if there is one. */
  readonly home: string | undefined;
  /** How many steps may run at the same time. */
  readonly jobs: number;
  /** The bundled program of the threads that unpack; without it, unpacking is done in the caller's thread. */
  readonly unpackWorker?: URL;
  /** SOURCE_DATE_EPOCH, in seconds; without it the lock's epoch counts. */
  readonly sourceDateEpoch?: number;
}
