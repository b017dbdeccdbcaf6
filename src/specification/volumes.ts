// Volumes: file systems that containers share by binding them under their names.
import { architectures } from '../base/arch.ts';
import { mapKept } from '../document/kept.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import { positionFrom, problem, readReference, type SpecReading, warn } from './reading.ts';
import type { RawVolume, SpecDocument } from './spec.generated.ts';
import type { Volume } from './types.ts';

export function readVolumes(reading: SpecReading, { volumes = [] }: SpecDocument): Volume[] {
  const read = new Map<string, Volume>();
  volumes.forEach((raw, index) => {
    const pointer = childOf('/volumes', index);
    const { name = '' } = raw;
    const first = read.get(name);
    if (first) checkSecond(reading, name, first.pointer, pointer);
    if (name === '') warnOfNoName(reading, pointer);
    const image = raw.image ? readReference(reading, childOf(pointer, 'image'), raw.image) : undefined;
    read.delete(name);
    read.set(name, {
      name,
      pointer,
      ...(image === undefined ? {} : { image }),
      readonly: raw.readonly ?? false,
      ...readFormat(reading, raw, pointer),
    });
  });
  return [...read.values()];
}

/** LinuxKit looks for equal names in each file alone, and what it writes of the later one lies over the earlier one. */
function checkSecond(reading: SpecReading, name: string, first: JsonPointer, second: JsonPointer): void {
  const at = childOf(second, 'name');
  const { file } = reading.source.positionOf(first);
  const where = positionFrom(reading, childOf(first, 'name'), at);
  if (reading.source.positionOf(at).file !== file) {
    warn(reading, at, {
      code: 'spec-duplicate-name',
      message: `the volume ${JSON.stringify(name)} takes the place of the one in ${where}`,
      hint: 'Where both are wanted, give one of them another name.',
    });
    return;
  }
  problem(reading, at, {
    code: 'spec-duplicate-name',
    message: `two volumes are named ${JSON.stringify(name)}, the first in ${where}`,
    hint: 'Give one of them another name.',
  });
}

function warnOfNoName(reading: SpecReading, pointer: JsonPointer): void {
  warn(reading, pointer, {
    code: 'spec-name',
    message: 'the volume has no name: hardly anything can bind it',
    hint: 'Add name: data. For LinuxKit’s init it would be in the way of all other volumes.',
  });
}

function readFormat(
  reading: SpecReading,
  { image, format = 'filesystem', platforms = [] }: RawVolume,
  pointer: JsonPointer,
): Pick<Volume, 'format' | 'platforms'> {
  if (format === 'oci' && image) {
    const at = childOf(pointer, 'platforms');
    return {
      format,
      platforms: mapKept(platforms, at, (text, place) => readPlatform(reading, text, place)),
    };
  }
  const [key, why] = format === 'oci' ? ['format', 'an image'] : ['platforms', 'format: oci'];
  if (format === 'oci' || platforms.length > 0) {
    warn(reading, childOf(pointer, key), {
      code: 'spec-dropped-key',
      message: `${key} has no effect without ${why}`,
      hint: `Remove it, or add ${why}.`,
    });
  }
  return { format: 'filesystem', platforms: [] };
}

/** `linux/arm64/v8`; an architecture alone is one of Linux. */
function readPlatform(reading: SpecReading, written: string, pointer: JsonPointer): string | undefined {
  const text = written.toLowerCase();
  if (/^[a-z0-9_-]+$/.test(text)) return `linux/${text}`;
  if (/^[a-z0-9_-]+(?:\/[a-z0-9._-]+){1,2}$/.test(text)) return text;
  problem(reading, pointer, {
    code: 'spec-malformed',
    message: `${JSON.stringify(text)} is no platform`,
    hint: `Write OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, such as linux/${architectures[0]}.`,
  });
  return undefined;
}
