// usr/lib/catamaran/health.json: what a trial must pass before it is kept, as the spec's `health` section has it. Written
// into base, read by the agent's gate; its guard reads the deadline as well (components/init: usr/lib/catamaran/guard).
// Times are whole seconds in the document, each rounded up, and milliseconds here.
import { type Fields, fieldsOf, hasField, listField, numberField, textField } from '../base/fields.ts';
import { readFormatted, writeDocument } from './document.ts';
import { type Probe, parseProbe, probeNames, probeWords } from './probe.ts';

export interface Health {
  /** After boot. */
  readonly deadline: number;
  readonly checks: readonly HealthCheck[];
}

export interface HealthCheck {
  readonly name: string;
  readonly probe: Probe;
  /** The service in whose container a command is run; absent: on the host. */
  readonly service?: string;
  /** For one try. */
  readonly timeout: number;
}

export interface HealthSettings extends Health {
  /** Everything must be good twice, with this much time in between. */
  readonly window: number;
  /** Between two tries while something is not good. */
  readonly interval: number;
}

export const healthPath = 'usr/lib/catamaran/health.json';
/** In the same form: what a person, or user-data, wants checked beside it, and perhaps another deadline. */
export const ownHealthPath = 'etc/catamaran/health.json';
const mostChecks = 1000;
/** A day: a trial that nobody judges would be kept from every update after it. */
const latest = 86_400_000;

export function writeHealth({ deadline, checks }: Partial<Health>): string {
  return writeDocument({
    ...(deadline !== undefined && { deadline: seconds(deadline) }),
    checks: (checks ?? []).map(({ name, probe, service, timeout }) => ({
      ...{ name, timeout: seconds(timeout) },
      ...probeWords(probe),
      service,
    })),
  });
}

/** Without the file, services that are up are all that a trial needs. */
export function readHealth(text = '{}', what = healthPath): HealthSettings {
  const fields = readFormatted(text, what);
  const checks = hasField(fields, 'checks') ? listField(fields, 'checks', mostChecks) : [];
  return {
    deadline: milliseconds(fields, 'deadline', 600),
    window: milliseconds(fields, 'window', 60),
    interval: milliseconds(fields, 'interval', 5),
    checks: checks.map((value, index) =>
      readCheck(fieldsOf(value, `${what}: checks[${index}]`, fields.refuse)),
    ),
  };
}

/** The own checks beside those of the image; the own deadline where there is one. */
export function readOwnHealth(image: HealthSettings, text: string, what = ownHealthPath): HealthSettings {
  const own = readHealth(text, what);
  const hasDeadline = hasField(readFormatted(text, what), 'deadline');
  return {
    ...image,
    ...(hasDeadline && { deadline: Math.min(own.deadline, latest) }),
    checks: [...image.checks, ...own.checks],
  };
}

function readCheck(fields: Fields): HealthCheck {
  const probe = parseProbe(fields.values);
  if (probe === undefined)
    throw fields.refuse(fields.what, `has not exactly one of ${probeNames.join(', ')}`);
  return {
    name: textField(fields, 'name', /^/),
    probe,
    ...(hasField(fields, 'service') && { service: textField(fields, 'service', /^/) }),
    timeout: milliseconds(fields, 'timeout', 10),
  };
}

const seconds = (time: number): number => Math.max(1, Math.ceil(time / 1000));

function milliseconds(fields: Fields, key: string, otherwise: number): number {
  return 1000 * (hasField(fields, key) ? numberField(fields, key, 0, 1e9) : otherwise);
}
