// linux.resources: the spec's keys are the OCI specification's but for two that LinuxKit writes in lower case.
import type { Resources } from '../spec/spec.generated.ts';
import type { DeviceRule } from './devices.ts';

export function resourcesOf(resources: Resources, rules: readonly DeviceRule[]): object {
  const { devices = [], blockio, ...rest } = resources;
  const all = [...devices, ...rules];
  return { ...(all.length > 0 ? { devices: all } : {}), ...rest, ...(blockio ? { blockIO: blockio } : {}) };
}
