// What the house knows of a package: enough to fetch it and to check that it is the one.
import type { Arch } from '../base/arch.ts';
import type { Digest } from '../base/digest.ts';

/** The parts of one release that are searched together. */
export const pockets = ['main', 'updates', 'security'] as const;
export type Pocket = (typeof pockets)[number];

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: Arch | 'all';
  readonly pocket: Pocket;
  /** Below the mirror's base URL, without leading slash: `pool/…`. Its ending tells whose package it is. */
  readonly path: string;
  /** Of the file. */
  readonly digest: Digest;
  /** Of the file, in bytes. */
  readonly size: number;
}
