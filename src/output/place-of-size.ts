// A slot or a data partition that is too small is found when its content is there, far from the spec: here the error gets
// the place of the key whose value is too small.
import { placed } from '../base/errors.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';

const pointers: Readonly<Record<string, string>> = {
  'slot-too-small': '/disk/slot',
  'partition-too-small': '/disk/data',
};

/** What `thrown` becomes; everything else stays as it is. */
export function placeSize(thrown: unknown, { spec }: Pick<LockedSpec, 'spec'>): unknown {
  return placed(thrown, ({ code }) => {
    const pointer = pointers[code];
    return pointer === undefined ? undefined : spec.source.keyPositionOf(pointer);
  });
}
