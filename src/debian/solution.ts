// What is asked of the solver, what it answers, and what it could not do: the words that it shares with its explanations.
import type { LockedPackage } from '../packages/locked.ts';
import type { Package } from './packages.ts';
import type { Relation } from './relations.ts';

export interface SolvedPackage extends LockedPackage {
  /** Whose request it was first: the requester, package names, and last the relation that this one satisfies. */
  readonly why: readonly string[];
}

/** One thing to satisfy: a relation of `asker`, or of the request. */
export interface Goal {
  readonly relation: Relation;
  /** Who asked, from the requester on; without the relation itself. */
  readonly chain: readonly string[];
  /** The choice that brought it here; undefined for the request's own. */
  readonly choice: number | undefined;
}

/** Why a package could not be taken. */
export interface Rejection {
  readonly candidate: Package;
  readonly reason: string;
}

export interface DeadEnd {
  readonly goal: Goal;
  readonly rejections: readonly Rejection[];
}
