// The sections about a machine's life after it was built: updates and health.

import { childOf, type Pointer } from '../document/pointer.ts';
import { parseDuration } from '../document/scalars.ts';
import { didYouMean } from '../document/suggest.ts';
import { directoryName } from './names.ts';
import { parsed, problem, type Reading, resolveHostPath } from './reading.ts';
import type { Check, Update as RawUpdate, SpecDocument } from './spec.generated.ts';
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
  const lock = raw.reboot?.lock;
  return {
    url: raw.url,
    channel: raw.channel ?? 'stable',
    ...(root === undefined ? {} : { root }),
    ...(raw.report === undefined ? {} : { report: raw.report }),
    reboot: {
      strategy,
      ...(window === undefined ? {} : { window }),
      ...(lock && {
        lock: { etcd: lock.etcd, group: lock.group ?? 'default', machines: lock.machines ?? 1 },
      }),
    },
  };
}

/** Milliseconds after boot. */
const shortestDeadline = 120_000;

export function readHealth(reading: Reading, { health: raw, services }: SpecDocument): Health | undefined {
  if (!raw) return undefined;
  const names = (services ?? []).filter(Boolean).map(({ name }) => name);
  const checks: HealthCheck[] = [];
  raw.checks?.forEach((check, index) => {
    const pointer = childOf('/health/checks', index);
    const [kind, second] = probes.filter((each) => check[each] !== undefined);
    if (kind === undefined || second !== undefined) {
      problem(reading, pointer, {
        code: 'spec-health-check',
        message: `health.checks[${index}] must have exactly one of http, tcp, command and file`,
        hint: 'For example: {http: "http://127.0.0.1:8080/healthz"}',
      });
      return;
    }
    checkService(reading, childOf(pointer, 'service'), check, kind, names);
    const probe = probeOf(check, kind);
    const timeout = parsed(reading, childOf(pointer, 'timeout'), check.timeout ?? '10s', parseDuration) ?? 0;
    checks.push({ name: check.name ?? nameOf(probe), probe, timeout });
  });
  const deadline = parsed(reading, '/health/deadline', raw.deadline ?? '10m', parseDuration);
  if (deadline !== undefined && deadline < shortestDeadline) {
    problem(reading, '/health/deadline', {
      code: 'spec-health-deadline',
      message: `no new version can be kept within ${raw.deadline} after boot: it must start, and then stay healthy for 60 seconds`,
      hint: 'Write at least 2m.',
    });
  }
  return { deadline: deadline ?? 0, checks };
}

const probes = ['http', 'tcp', 'command', 'file'] as const;

function checkService(
  reading: Reading,
  pointer: Pointer,
  { service }: Check,
  kind: (typeof probes)[number],
  names: readonly string[],
): void {
  if (service === undefined) return;
  if (kind !== 'command') {
    problem(reading, pointer, {
      code: 'spec-dropped-key',
      message: `a service has no effect beside ${kind}: only a command can run in its container`,
      hint: "Remove it. What is seen from a container is for that service's own health.",
    });
  } else if (!names.includes(service)) {
    problem(reading, pointer, {
      code: 'spec-unknown-service',
      message: `no service is named ${JSON.stringify(service)}`,
      hint:
        didYouMean(service, names) ??
        'Name a service of this spec, or leave it out to run the command on the host.',
    });
  }
}

function probeOf(check: Check, kind: (typeof probes)[number]): HealthCheck['probe'] {
  switch (kind) {
    case 'http':
      return { kind, url: check.http! };
    case 'tcp':
      return { kind, address: check.tcp! };
    case 'command':
      return {
        kind,
        command: check.command!,
        ...(check.service && { service: directoryName(check.service) }),
      };
    case 'file':
      return { kind, path: check.file! };
  }
}

function nameOf(probe: HealthCheck['probe']): string {
  switch (probe.kind) {
    case 'http':
      return probe.url;
    case 'tcp':
      return probe.address;
    case 'command':
      return [...(probe.service ? [`${probe.service}:`] : []), ...probe.command].join(' ');
    case 'file':
      return probe.path;
  }
}
