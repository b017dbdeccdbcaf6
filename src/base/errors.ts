// The one error that every room throws: a closed code, whose fault it is, where, and how to mend it.
// Rendering is elsewhere (render.ts); the map from fault to exit code is in cli.

import type { ErrorCode } from './error-codes.ts';
import type { Position } from './position.ts';

/** Whose doing it was. Decides the exit code and nothing else. */
export type Fault = 'usage' | 'spec' | 'network' | 'integrity' | 'environment' | 'internal';

export interface Diagnostic {
  /** What programs match on. */
  readonly code: ErrorCode;
  /** One sentence: a short fixed beginning, then the evidence. No full stop, no line break. */
  readonly message: string;
  /** What to do about it, as an imperative sentence. */
  readonly hint?: string | undefined;
  readonly position?: Position | undefined;
}

/** One whose place is said apart. */
export type Problem = Omit<Diagnostic, 'position'>;

export class CatamaranError extends Error {
  override readonly name = 'CatamaranError';
  readonly fault: Fault;
  /** At least one; more than one where all errors of a stage are reported together. */
  readonly diagnostics: readonly [Diagnostic, ...Diagnostic[]];

  constructor(
    fault: Fault,
    first: Diagnostic | readonly [Diagnostic, ...Diagnostic[]],
    options?: { cause?: unknown },
  ) {
    const diagnostics = (Array.isArray(first) ? first : [first]) as readonly [Diagnostic, ...Diagnostic[]];
    super(diagnostics.map((diagnostic) => diagnostic.message).join('\n'), options);
    this.fault = fault;
    this.diagnostics = diagnostics;
  }

  get code(): string {
    return this.diagnostics[0].code;
  }
}

/** What `thrown` becomes where it is an error of a spec that does not say its place; everything else stays as it is. */
export function placed(thrown: unknown, position: (first: Diagnostic) => Position | undefined): unknown {
  if (!(thrown instanceof CatamaranError) || thrown.fault !== 'spec') return thrown;
  const [first, ...others] = thrown.diagnostics;
  const place = first.position ?? position(first);
  if (place === first.position) return thrown;
  return new CatamaranError('spec', [{ ...first, position: place }, ...others], { cause: thrown });
}

/** The message of anything that can be thrown, for use as evidence in another message. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
