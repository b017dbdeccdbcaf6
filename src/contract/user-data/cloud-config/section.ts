// The keys of a cloud-config come in sections: each file of this folder has some of them, with what becomes of them.

import type { Findings } from '../../document/finding.ts';
import type { Read, ShapeFields } from '../../document/shape/collections.ts';
import type { Draft } from '../draft.ts';

export interface CloudConfigSection<F extends ShapeFields = ShapeFields> {
  readonly fields: F;
  apply(values: Read<F>, draft: Draft, findings: Findings): void;
}

/** For the types of `values`. */
export function section<F extends ShapeFields>(definition: CloudConfigSection<F>): CloudConfigSection<F> {
  return definition;
}
