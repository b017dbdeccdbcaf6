// Debian's releases as data: whose word is taken for each, and which suites belong to it.
import type { Pocket } from '../packages/locked.ts';
import { trixieKeys } from './keys/trixie.ts';
import type { TrustedKey } from './trusted-key.ts';

export interface SuiteFacts {
  /** Debian's number of it, by which scanners know it. */
  readonly number: string;
  readonly keys: readonly TrustedKey[];
  /** What follows the release's name in that of the suite. */
  readonly suffixes: Readonly<Record<Pocket, string>>;
}

/** By code name; the first one is what is meant where none is named. */
export const suites: Readonly<Record<string, SuiteFacts>> = {
  trixie: {
    number: '13',
    keys: trixieKeys,
    suffixes: { main: '', updates: '-updates', security: '-security' },
  },
};

/** Policy 2.2: main is free and needs nothing of the others. */
export const archiveComponents = ['main', 'contrib', 'non-free', 'non-free-firmware'] as const;
