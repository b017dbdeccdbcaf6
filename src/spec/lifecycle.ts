// The sections about a machine's life after it was built: updates and health.
import { childOf } from './pointer.ts';
import { parsed, problem, type Reading, resolveHostPath } from './reading.ts';
import { parseDuration } from './scalars.ts';
import type { Check, Health as RawHealth, Update as RawUpdate } from './spec.generated.ts';
import type { Health, HealthCheck, Update } from './types.ts';

export function readUpdate(reading: Reading, raw: RawUpdate | undefined): Update | undefined {
  if (!raw) return undefined;
  const { window, strategy = window === undefined ? 'immediate' : 'window' } = raw.reboot ?? {};
  if (strategy === 'window' && window === undefined) {
    problem(reading, '/update/reboot', {
      code: 'spec-missing-key',
      message: 'update.reboot has no "window"',
      hint: 'Add window: Sun 03:00/2h',
    });
  }
  if (strategy !== 'window' && window !== undefined) {
    problem(reading, '/update/reboot/window', {
      code: 'spec-dropped-key',
      message: `a window has no effect with strategy ${strategy}`,
      hint: 'Remove the window, or write strategy: window.',
    });
  }
  const root = parsed(reading, '/update/root', raw.root, (path) =>
    resolveHostPath(reading, '/update/root', path),
  );
  return {
    url: raw.url,
    channel: raw.channel ?? 'stable',
    ...(root === undefined ? {} : { root }),
    reboot: { strategy, ...(window === undefined ? {} : { window }) },
  };
}

export function readHealth(reading: Reading, raw: RawHealth | undefined): Health | undefined {
  if (!raw) return undefined;
  const checks: HealthCheck[] = [];
  raw.checks?.forEach((check, index) => {
    const pointer = childOf('/health/checks', index);
    const probe = probeOf(check);
    if (!probe) {
      problem(reading, pointer, {
        code: 'spec-health-check',
        message: `health.checks[${index}] must have exactly one of http, tcp and command`,
        hint: 'For example: {http: "http://127.0.0.1:8080/healthz"}',
      });
      return;
    }
    const timeout = parsed(reading, childOf(pointer, 'timeout'), check.timeout ?? '10s', parseDuration) ?? 0;
    checks.push({ name: check.name ?? nameOf(probe), probe, timeout });
  });
  const deadline = parsed(reading, '/health/deadline', raw.deadline ?? '10m', parseDuration) ?? 0;
  return { deadline, checks };
}

function probeOf({ http, tcp, command }: Check): HealthCheck['probe'] | undefined {
  const probes: HealthCheck['probe'][] = [];
  if (http !== undefined) probes.push({ kind: 'http', url: http });
  if (tcp !== undefined) probes.push({ kind: 'tcp', address: tcp });
  if (command !== undefined) probes.push({ kind: 'command', command });
  return probes.length === 1 ? probes[0] : undefined;
}

function nameOf(probe: HealthCheck['probe']): string {
  return probe.kind === 'http' ? probe.url : probe.kind === 'tcp' ? probe.address : probe.command.join(' ');
}
