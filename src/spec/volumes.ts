// Volumes: file systems that containers share by binding them under their names.
import { childOf, type Pointer } from './pointer.ts';
import { placeOf, problem, type Reading, readReference } from './reading.ts';
import type { SpecDocument } from './spec.generated.ts';
import type { Volume } from './types.ts';

export function readVolumes(reading: Reading, { volumes = [] }: SpecDocument): Volume[] {
  const read: Volume[] = [];
  const seen = new Map<string, Pointer>();
  volumes.forEach((raw, index) => {
    const pointer = childOf('/volumes', index);
    const first = seen.get(raw.name);
    if (first !== undefined) {
      const at = childOf(pointer, 'name');
      problem(reading, at, {
        code: 'spec-duplicate-name',
        message: `two volumes are named ${JSON.stringify(raw.name)}, the first in ${placeOf(reading, first, at)}`,
        hint: 'Give one of them another name.',
      });
    } else seen.set(raw.name, childOf(pointer, 'name'));
    const format = raw.format ?? 'filesystem';
    if (raw.platforms !== undefined && format !== 'oci') {
      reading.problems.add(reading.source.keyPositionOf(childOf(pointer, 'platforms')), {
        code: 'spec-dropped-key',
        message: 'platforms has no effect without format: oci',
        hint: 'Remove it, or add format: oci.',
      });
    }
    const image =
      raw.image === undefined ? undefined : readReference(reading, childOf(pointer, 'image'), raw.image);
    read.push({
      name: raw.name,
      pointer,
      ...(image === undefined ? {} : { image }),
      readonly: raw.readonly ?? false,
      format,
      platforms: raw.platforms ?? [],
    });
  });
  return read;
}
