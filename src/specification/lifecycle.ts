// The sections about a machine's life after it was built: updates and health.

import type { Health, HealthCheck } from '../contract/health.ts';
import { describeProbe, type Probe, parseProbe } from '../contract/probe.ts';
import type { Update } from '../contract/update.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import { parseDuration } from '../document/scalars.ts';
import { didYouMean } from '../document/suggest.ts';
import { directoryName } from './names.ts';
import { namesOneProbe, notOneProbe } from './not-one-probe.ts';
import { parsed, problem, resolveHostPath, type SpecReading } from './reading.ts';
import type { RawCheck, RawKeep, RawUpdate, SpecDocument } from './spec.generated.ts';
import type { Keep } from './types.ts';

export function readUpdateSection(reading: SpecReading, raw: RawUpdate | undefined): Update | undefined {
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

export function readKeepSection(reading: SpecReading, raw: RawKeep | undefined): Keep | undefined {
  const from = parsed(reading, '/keep/from', raw?.from, (path) =>
    resolveHostPath(reading, '/keep/from', path),
  );
  return from === undefined ? undefined : { from, versions: raw?.versions ?? 1 };
}

/** Milliseconds after boot. */
const shortestDeadline = 120_000;

export function readHealthSection(
  reading: SpecReading,
  { health: raw, services }: SpecDocument,
): Health | undefined {
  if (!raw) return undefined;
  const names = (services ?? []).filter(Boolean).map(({ name }) => name);
  const checks: HealthCheck[] = [];
  raw.checks?.forEach((check, index) => {
    const pointer = childOf('/health/checks', index);
    const probe = parseProbe({ ...check });
    if (probe === undefined) {
      if (!namesOneProbe(reading.source, pointer))
        problem(reading, pointer, notOneProbe(`health.checks[${index}]`));
      return;
    }
    const service = serviceOf(reading, childOf(pointer, 'service'), check, probe, names);
    const timeout = parsed(reading, childOf(pointer, 'timeout'), check.timeout ?? '10s', parseDuration) ?? 0;
    const { name = [...(service ? [`${service}:`] : []), describeProbe(probe)].join(' ') } = check;
    checks.push({ name, probe, ...(service && { service }), timeout });
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

/** The directory of its bundle; undefined where the check is made on the host. */
function serviceOf(
  reading: SpecReading,
  pointer: JsonPointer,
  { service }: RawCheck,
  { kind }: Probe,
  names: readonly string[],
): string | undefined {
  if (service === undefined) return undefined;
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
  return directoryName(service);
}
