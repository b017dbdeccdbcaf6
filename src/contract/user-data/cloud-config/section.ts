// The keys of a cloud-config come in sections: each file of this folder has some of them, with what becomes of them.

import type { Findings } from '../../document/finding.ts';
import type { Fields, Read } from '../../document/shape/collections.ts';
import type { Draft } from '../draft.ts';

export interface Section<F extends Fields = Fields> {
  readonly fields: F;
  apply(values: Read<F>, draft: Draft, findings: Findings): void;
}

/** For the types of `values`. */
export function section<F extends Fields>(definition: Section<F>): Section<F> {
  return definition;
}
