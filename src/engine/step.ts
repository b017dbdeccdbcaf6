// A step of a plan: one piece of work, with a key that is a function of all that goes into it. Steps with equal keys
// make equal bytes; what a step made is kept under its key, so that no work is done twice. The engine knows no kind of
// step by name: each is a file that says how it is planned and what it does.

import type { Digest } from '../base/digest.ts';
import type { Flavoured } from '../base/flavour.ts';
import type { LockedPackage } from '../packages/locked.ts';
import { digestOf } from '../store/digest-of.ts';
import type { Workshop } from './workshop.ts';

export type StepId = Flavoured<string, 'step'>;

export interface StepKind {
  readonly name: string;
  /**
   * The file below src that this kind is written in, without `.ts`. A key has the digest of all the code that this file
   * reaches, which the bundler works out (scripts/bundle.mjs): other code may make other bytes of the same inputs.
   */
  readonly module: string;
}

/** What a step that this one needs has made. Asking for another one is a defect. */
export type Use = <R>(step: Step<R>) => R;

export interface StepDefinition<R> {
  readonly kind: StepKind;
  /** For people and for other steps: `segment sshd`. */
  readonly id: StepId;
  /** What goes in besides other steps: name → digest or short value. A changed key is explained by these. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The steps whose results go in. */
  readonly needs: readonly Step[];
  /** What it takes from the archive of packages. */
  readonly packages?: readonly LockedPackage[];
  readonly make: (use: Use, workshop: Workshop) => Promise<R>;
}

export interface Step<R = unknown> extends StepDefinition<R> {
  readonly key: Digest;
  /**
   * True: its result is blobs and facts (result.ts), remembered under the key. False: it is put together anew whenever it
   * is wanted, from what its needs have made, and moves no bytes.
   */
  readonly kept: boolean;
}

export interface Plan {
  /** Each after those that it needs. */
  readonly steps: readonly Step[];
}

/** `code`: the digest of the code that makes it. */
export function makeStep<R>(definition: StepDefinition<R>, kept: boolean, code: string): Step<R> {
  const { kind, needs } = definition;
  const inputs = { ...definition.inputs, program: code };
  // In their order: which comes first matters where files are merged and where segments are laid.
  const key = digestOf({ kind: kind.name, inputs, needs: needs.map((step) => [step.id, step.key]) });
  return { ...definition, inputs, kept, key };
}
