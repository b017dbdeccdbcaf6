// One update on its way into a slot, as the steps that write it see it.

import type { ChunkIndex } from '../../contract/chunk-index.ts';
import type { ReleasePart, SignedManifest } from '../../contract/release-manifest.ts';
import type { SlotName } from '../../slots/constants.ts';

export interface UpdateRelease {
  /** The repository's. */
  readonly url: string;
  readonly manifest: SignedManifest;
  /** SHA-256 of the manifest. */
  readonly digest: string;
  /** Of the release that runs, as the repository signs it; undefined where it does not, or no longer. */
  readonly findRunning?: () => SignedManifest | undefined;
}

export interface Job extends UpdateRelease {
  readonly target: SlotName;
  readonly tree: SpooledTree;
  /** Where an image lies in the repository. */
  readonly addressOf: (part: ReleasePart) => string;
  /** Whether blocks of the running slot may be used. */
  readonly delta: boolean;
  /** Where both releases are known by their chunks, these are compared, else the leaves of the hash trees. */
  readonly chunks: ChunkRoad | undefined;
}

export interface ChunkRoad {
  readonly fresh: ChunkIndex;
  /** Of what the running slot holds. */
  readonly old: ChunkIndex;
  /** What a plan depends on beside the new release. */
  readonly source: string;
}

/** The new hash image, verified, on the spool. */
export interface SpooledTree {
  readonly path: string;
  readonly dataBlocks: number;
  /** Lower-case hex. */
  readonly salt: string;
}

/** What has been put together is not what it should be: something was guessed or copied that is not good. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}
