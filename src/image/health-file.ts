// usr/lib/catamaran/health.json: the spec's `health` section as the agent on the machine reads it
// (agent/health/settings.ts). Times in whole seconds, each rounded up.
import type { Health, HealthCheck } from '../specification/types.ts';

/** Undefined where the spec says nothing of health: then services that are up are all that a trial needs. */
export function printHealth(health: Health | undefined): string | undefined {
  if (!health) return undefined;
  const { deadline, checks } = health;
  return `${JSON.stringify({ deadline: seconds(deadline), checks: checks.map(describeCheck) }, null, 2)}\n`;
}

function describeCheck({ name, probe, timeout }: HealthCheck): object {
  return { name, timeout: seconds(timeout), ...describeProbe(probe) };
}

function describeProbe({ kind, ...probe }: HealthCheck['probe']): object {
  if ('url' in probe) return { http: probe.url };
  if ('address' in probe) return { tcp: probe.address };
  if ('path' in probe) return { file: probe.path };
  return probe;
}

function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
