// Limits of a container by control group, and what is no limit: LinuxKit loses these keys, or writes what no runtime takes.

import { mapKept } from '../document/kept.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import type { PartFindings } from '../document/problems.ts';
import { readDeviceRule } from './device-settings.ts';
import type { RawIdMapping, RawResources } from './spec.generated.ts';

export function readResources(raw: RawResources, pointer: JsonPointer, findings: PartFindings): RawResources {
  const { devices, hugepageLimits, blockio, memory } = raw;
  const at = (key: string) => childOf(pointer, key);
  return {
    ...raw,
    ...(devices && {
      devices: mapKept(devices, at('devices'), (rule, place) => readDeviceRule(rule, place, findings)),
    }),
    ...(hugepageLimits && {
      hugepageLimits: mapKept(hugepageLimits, at('hugepageLimits'), (limit, place) => {
        const valid = /^[1-9]\d*(?:[KMG]B)?$/.test(String(limit.pageSize ?? '')) && (limit.limit ?? 0) >= 0;
        if (!valid)
          leaveOut(findings, place, 'a limit of huge pages', 'Write {pageSize: 2MB, limit: 4194304}.');
        return valid ? limit : undefined;
      }),
    }),
    ...(blockio && { blockio: readBlock(blockio, at('blockio'), findings) }),
    ...(memory && { memory: readMemory(memory, at('memory'), findings) }),
  };
}

function readBlock(
  block: NonNullable<RawResources['blockio']>,
  pointer: JsonPointer,
  findings: PartFindings,
): NonNullable<RawResources['blockio']> {
  const notNegative = <T extends object>(list: readonly T[] | undefined, key: string, numbers: (keyof T)[]) =>
    list && {
      [key]: mapKept(list, childOf(pointer, key), (entry, at) => {
        const valid = numbers.every((name) => Number(entry[name] ?? 0) >= 0);
        if (!valid) leaveOut(findings, at, 'a limit', 'Write a number that is not negative.');
        return valid ? entry : undefined;
      }),
    };
  return {
    ...block,
    ...notNegative(block.weightDevice, 'weightDevice', ['weight', 'leafWeight']),
    ...notNegative(block.throttleReadBpsDevice, 'throttleReadBpsDevice', ['rate']),
    ...notNegative(block.throttleWriteBpsDevice, 'throttleWriteBpsDevice', ['rate']),
    ...notNegative(block.throttleReadIOPSDevice, 'throttleReadIOPSDevice', ['rate']),
    ...notNegative(block.throttleWriteIOPSDevice, 'throttleWriteIOPSDevice', ['rate']),
  };
}

function readMemory(
  memory: NonNullable<RawResources['memory']>,
  pointer: JsonPointer,
  { warn }: PartFindings,
): NonNullable<RawResources['memory']> {
  const { swappiness = 0 } = memory;
  const taken = Math.max(0, Math.min(100, swappiness));
  if (taken === swappiness) return memory;
  warn(childOf(pointer, 'swappiness'), {
    code: 'spec-out-of-range',
    message: `swappiness is ${swappiness}: ${taken} is taken`,
    hint: 'Write a number from 0 to 100.',
  });
  return { ...memory, swappiness: taken };
}

export function readIdMapping(
  mapping: RawIdMapping,
  pointer: JsonPointer,
  findings: PartFindings,
): RawIdMapping | undefined {
  const { containerID = 0, hostID = 0, size = 1 } = mapping;
  if (containerID >= 0 && hostID >= 0 && size >= 1) return mapping;
  leaveOut(findings, pointer, 'a mapping of ids', 'Write {containerID: 0, hostID: 100000, size: 65536}.');
  return undefined;
}

function leaveOut({ warn }: PartFindings, pointer: JsonPointer, what: string, hint: string): void {
  warn(pointer, { code: 'spec-out-of-range', message: `this is not ${what}: it is left out`, hint });
}

/** A kernel has no others: proc(5), /proc/PID/oom_score_adj. */
export function readOomScore(score: number, { warn }: PartFindings): number {
  const taken = Math.max(-1000, Math.min(1000, score));
  if (taken !== score) {
    warn('/oomScoreAdj', {
      code: 'spec-out-of-range',
      message: `oomScoreAdj is ${score}: ${taken} is taken`,
      hint: 'Write a number from −1000 to 1000.',
    });
  }
  return taken;
}
