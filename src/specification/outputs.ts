// `outputs`: the formats that a build writes where it is not told otherwise. Which formats there are, and which options each of
// them has, the table of formats knows (src/output/choose.ts).
import { childOf } from '../document/pointer.ts';
import { positionFrom, type SpecReading, warn } from './reading.ts';
import type { SpecDocument } from './spec.generated.ts';
import type { WantedOutput } from './types.ts';

export function readOutputs(reading: SpecReading, { outputs = [] }: SpecDocument): readonly WantedOutput[] {
  const wanted = new Map<string, WantedOutput>();
  outputs.forEach((written, index) => {
    const pointer = childOf('/outputs', index);
    const { format, options = {} } = typeof written === 'string' ? { format: written } : written;
    const first = wanted.get(format);
    if (first) {
      warn(reading, pointer, {
        code: 'spec-duplicate-name',
        message: `${format} is among the outputs already, in ${positionFrom(reading, first.pointer, pointer)}: this one counts`,
        hint: 'Remove one of them.',
      });
    }
    wanted.delete(format);
    wanted.set(format, { format, options, pointer });
  });
  return [...wanted.values()];
}
