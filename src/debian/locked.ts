// What the rest of the house knows of a Debian package: enough to fetch it and to check that it is the one.
import type { Arch } from '../base/arch.ts';
import type { Digest } from '../base/digest.ts';

/** The suites of one release of Debian that are searched together. */
export const pockets = ['main', 'updates', 'security'] as const;
export type Pocket = (typeof pockets)[number];

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: Arch | 'all';
  readonly pocket: Pocket;
  /** Below the mirror's base URL, without leading slash: `pool/…`. */
  readonly path: string;
  /** Of the .deb file. */
  readonly digest: Digest;
  /** Of the .deb file, in bytes. */
  readonly size: number;
}

/** Base URLs, without trailing slash: below each are `dists/` and `pool/`. */
export interface Mirror {
  readonly archive: string;
  readonly security: string;
}

export function baseUrl(mirror: Mirror, pocket: Pocket): string {
  return pocket === 'security' ? mirror.security : mirror.archive;
}
