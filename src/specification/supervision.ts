// How a service is kept running: restart, stop, health, and what must run before it.

import { parseProbe } from '../contract/probe.ts';
import type { Restart, ServiceHealth, Stop, Supervision } from '../contract/supervision.ts';
import { childOf, describePointer, type JsonPointer } from '../document/pointer.ts';
import { parseDuration, parseSignal } from '../document/scalars.ts';
import { parseSchedule } from '../document/schedule.ts';
import { didYouMean } from '../document/suggest.ts';
import { directoryName } from './names.ts';
import { namesOneProbe, notOneProbe } from './not-one-probe.ts';
import { parsed, problem, type SpecReading } from './reading.ts';
import type { RawRestart, RawService, RawServiceHealth, RawStop, SpecDocument } from './spec.generated.ts';

/** Milliseconds, as the schema tells people. */
const defaults = { initial: '1s', max: '60s', reset: '60s', stop: '10s', interval: '30s', timeout: '10s' };

/** Of each service of the document, by its index. */
export function readSupervision(reading: SpecReading, document: SpecDocument): Supervision[] {
  const services = document.services ?? [];
  const dependencies = services.map((service, index) =>
    readDependencies(reading, document, service, childOf(`/services/${index}`, 'depends_on')),
  );
  const order = startOrder(reading, services, dependencies);
  return services.map((service, index) => {
    const pointer = `/services/${index}`;
    const health = readServiceHealth(reading, childOf(pointer, 'health'), service.health);
    const schedule = readSchedule(reading, pointer, service);
    return {
      order: order[index] ?? index,
      dependsOn: (dependencies[index] ?? []).map(directoryName),
      restart: readRestart(reading, childOf(pointer, 'restart'), service.restart ?? usualRestart(service)),
      stop: readStop(reading, childOf(pointer, 'stop'), service.stop ?? {}),
      ...(health === undefined ? {} : { health }),
      ...(schedule === undefined ? {} : { schedule }),
    };
  });
}

const usualRestart = ({ schedule }: RawService) => (schedule === undefined ? {} : 'never');

function readSchedule(
  reading: SpecReading,
  pointer: JsonPointer,
  { name, schedule, restart }: RawService,
): string | undefined {
  const policy = typeof restart === 'string' ? restart : restart?.policy;
  if (schedule !== undefined && restart !== undefined && policy !== 'never') {
    problem(reading, childOf(pointer, 'restart'), {
      code: 'spec-schedule',
      message: `${name} has a schedule, and is to be started again as soon as it ends`,
      hint: 'Remove "restart", or write never.',
    });
  }
  return parsed(reading, childOf(pointer, 'schedule'), schedule, parseSchedule);
}

function readRestart(reading: SpecReading, pointer: JsonPointer, raw: RawRestart | string): Restart {
  const { policy = 'always', backoff = {} } =
    typeof raw === 'string' ? { policy: raw as NonNullable<RawRestart['policy']> } : raw;
  const at = childOf(pointer, 'backoff');
  const span = (key: 'initial' | 'max' | 'reset') =>
    parsed(reading, childOf(at, key), backoff[key] ?? defaults[key], parseDuration) ?? 0;
  const [initial, max, reset] = [span('initial'), span('max'), span('reset')];
  if (initial > max) {
    problem(reading, backoff.initial === undefined ? childOf(at, 'max') : childOf(at, 'initial'), {
      code: 'spec-backoff',
      message: `the first wait (${backoff.initial ?? defaults.initial}) is longer than the longest (${backoff.max ?? defaults.max})`,
      hint: 'Make initial at most max.',
    });
  }
  return { policy, backoff: { initial, max, reset } };
}

function readStop(reading: SpecReading, pointer: JsonPointer, { signal, timeout }: RawStop): Stop {
  const known = parsed(reading, childOf(pointer, 'signal'), signal, parseSignal);
  return {
    ...(known === undefined ? {} : { signal: known }),
    timeout: parsed(reading, childOf(pointer, 'timeout'), timeout ?? defaults.stop, parseDuration) ?? 0,
  };
}

function readServiceHealth(
  reading: SpecReading,
  pointer: JsonPointer,
  raw: RawServiceHealth | undefined,
): ServiceHealth | undefined {
  if (!raw) return undefined;
  const probe = parseProbe({ ...raw });
  if (probe === undefined) {
    if (!namesOneProbe(reading.source, pointer))
      problem(reading, pointer, notOneProbe(describePointer(pointer)));
    return undefined;
  }
  const span = (key: 'interval' | 'timeout') =>
    parsed(reading, childOf(pointer, key), raw[key] ?? defaults[key], parseDuration) ?? 0;
  const interval = span('interval');
  if (interval === 0) {
    problem(reading, childOf(pointer, 'interval'), {
      code: 'spec-health-check',
      message: 'the interval between two tries is nothing',
      hint: 'Write at least 1s.',
    });
  }
  return { probe, interval, timeout: span('timeout'), retries: raw.retries ?? 3 };
}

/** Names of services, each once. */
function readDependencies(
  reading: SpecReading,
  document: SpecDocument,
  service: RawService,
  pointer: JsonPointer,
): string[] {
  const names = (list: readonly { readonly name: string }[] | undefined) =>
    new Set((list ?? []).filter(Boolean).map(({ name }) => name));
  const services = names(document.services);
  const scheduled = names(document.services?.filter((each) => each?.schedule !== undefined));
  const before = names(document.onboot);
  const after = names(document.onshutdown);
  const found = new Set<string>();
  service.depends_on?.forEach((name, index) => {
    if (scheduled.has(name)) {
      problem(reading, childOf(pointer, index), {
        code: 'spec-schedule',
        message: `${name} runs by a schedule: ${service.name} would wait for it until then`,
        hint: 'Remove it here, or its schedule.',
      });
    } else if (services.has(name)) found.add(name);
    else if (!before.has(name)) {
      problem(reading, childOf(pointer, index), {
        code: 'spec-unknown-dependency',
        message: after.has(name)
          ? `${name} runs at shutdown, after ${service.name}`
          : `no service is named ${JSON.stringify(name)}`,
        hint:
          didYouMean(name, [...services, ...before]) ?? 'Name a service or an onboot container of this spec.',
      });
    }
  });
  return [...found];
}

/** The place of each service in the order of starting: after all that it depends on, else as in the spec. */
function startOrder(
  reading: SpecReading,
  services: readonly RawService[],
  dependencies: readonly (readonly string[])[],
): number[] {
  const indexes = new Map<string, number>();
  services.forEach(({ name }, index) => {
    if (!indexes.has(name)) indexes.set(name, index);
  });
  const order: number[] = [];
  const done = new Set<number>();
  let next = 0;
  const visit = (index: number, chain: readonly number[]): void => {
    if (done.has(index)) return;
    const start = chain.indexOf(index);
    if (start !== -1) {
      const cycle = [...chain.slice(start), index].map((each) => services[each]!.name);
      problem(reading, `/services/${chain.at(-1)}/depends_on`, {
        code: 'spec-dependency-cycle',
        message: `services wait for each other: ${cycle.join(' → ')}`,
        hint: 'Remove one of these dependencies.',
      });
      return;
    }
    for (const name of dependencies[index] ?? []) visit(indexes.get(name)!, [...chain, index]);
    done.add(index);
    order[index] = next++;
  };
  services.forEach((_, index) => {
    visit(index, []);
  });
  return order;
}
