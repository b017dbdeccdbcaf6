// Objects of Ignition's JSON: null is as good as a member that is not there.
import { mapping, type Read, type ShapeFields } from '../../document/shape/collections.ts';
import type { Shape } from '../../document/shape/shape.ts';

export function object<F extends ShapeFields>(
  fields: F,
  required: readonly (keyof F & string)[] = [],
  essential: readonly (keyof F & string)[] = [],
): Shape<Read<F>> {
  const optional = Object.entries(fields).map(([key, shape]) => [key, { empty: undefined, ...shape }]);
  return mapping(Object.fromEntries(optional) as F, required, essential);
}
