// `platforms`: what the spec says of those in the table (src/platform). Names and keys are the schema's; here, whether a
// platform has what is asked of it.
import { sortedEntries } from '../base/order.ts';
import { childOf } from '../document/pointer.ts';
import type { PlatformSettings } from '../platform/choose.ts';
import { type PlatformName, platforms } from '../platform/table.ts';
import { problem, type SpecReading } from './reading.ts';
import type { SpecDocument } from './spec.generated.ts';

export function readPlatforms(
  reading: SpecReading,
  { platforms: written = {} }: SpecDocument,
): ReadonlyMap<PlatformName, PlatformSettings> {
  const entries = sortedEntries({ ...written }) as [PlatformName, PlatformSettings][];
  for (const [name, { firmware }] of entries) {
    const { title, firmware: had } = platforms[name];
    if (firmware === undefined || had.includes(firmware)) continue;
    problem(reading, childOf(childOf('/platforms', name), 'firmware'), {
      code: 'spec-not-allowed',
      message: `platforms.${name}.firmware is ${JSON.stringify(firmware)}, and machines of ${title} have ${had.join(' and ')} only`,
      hint: 'Remove it, or write what they have.',
    });
  }
  return new Map(entries);
}
