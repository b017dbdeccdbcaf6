// usr/lib/catamaran/health.json: the spec's `health` section as the agent on the machine reads it
// (agent/health/settings.ts). Times in whole seconds, each rounded up.
import type { Health, HealthCheck } from '../spec/types.ts';

/** Undefined where the spec says nothing of health: then services that are up are all that a trial needs. */
export function printHealth(health: Health | undefined): string | undefined {
  if (!health) return undefined;
  const { deadline, checks } = health;
  return `${JSON.stringify({ deadline: seconds(deadline), checks: checks.map(describeCheck) }, null, 2)}\n`;
}

function describeCheck({ name, probe, timeout }: HealthCheck): object {
  const { kind, ...rest } = probe;
  const what = kind === 'http' ? { http: probe.url } : kind === 'tcp' ? { tcp: probe.address } : rest;
  return { name, timeout: seconds(timeout), ...what };
}

function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
