// Collects what is wrong with a document, so that all of it is reported at once, in the order of the file.
import { CatamaranError, type Diagnostic, type Problem } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import type { Position } from '../base/position.ts';
import type { JsonPointer } from './pointer.ts';

export class Problems {
  readonly #found: Diagnostic[] = [];

  add(position: Position, problem: Problem): void {
    this.#found.push({ ...problem, position });
  }

  /** What `attempt` returns, or undefined with its error added at `position`. */
  attempt<T>(position: () => Position, attempt: () => T): T | undefined {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof CatamaranError)) throw error;
      for (const diagnostic of error.diagnostics) this.add(position(), diagnostic);
      return undefined;
    }
  }

  /** With the positions that they have. */
  addAll(diagnostics: readonly Diagnostic[]): void {
    this.#found.push(...diagnostics);
  }

  throwIfAny(): void {
    const [first, ...rest] = sortDiagnostics(this.#found);
    if (first) throw new CatamaranError('spec', [first, ...rest]);
  }
}

/** Where checks of a part of a document put what they find. Pointers begin at the part. */
export interface PartFindings {
  problem(pointer: JsonPointer, diagnostic: Problem): void;
  warn(pointer: JsonPointer, diagnostic: Problem): void;
}

/** By file and position; those without one first. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const at = ({ position }: Diagnostic) => [position?.line ?? 0, position?.column ?? 0] as const;
  return [...diagnostics].sort((a, b) => {
    const [[lineA, columnA], [lineB, columnB]] = [at(a), at(b)];
    const byFile = byName(a.position?.file ?? '', b.position?.file ?? '');
    return (
      byFile || lineA - lineB || columnA - columnB || byName(a.code, b.code) || byName(a.message, b.message)
    );
  });
}
