// catamaran.json of a bundle: what our init reads beside LinuxKit's files. LinuxKit's own init does not look at it, and a
// bundle that LinuxKit has built has none, and gets the defaults of the spec.
//
// onboot:    {"format": 1, "optional": false}
// onshutdown: {"format": 1, "optional": false}
// any:       … "writable": 268435456
// services:  {"format": 1, "order": 0, "dependsOn": ["db"],
//             "restart": {"policy": "always", "backoff": {"initial": 1000, "max": 60000, "reset": 60000}},
//             "stop": {"signal": "SIGTERM", "timeout": 10000},
//             "schedule": "30 3 * * *",
//             "health": {"probe": {"kind": "http", "url": "http://…"}, "interval": 30000, "timeout": 10000, "retries": 3}}
//
// Times are milliseconds. All members are there but `health` and `schedule`, with which it is not started with the machine but
// when it is due. `order` is the place in the order of starting, which goes
// before each service by way of all that it depends on; stopping goes the other way. `writable`, in bytes, bounds what the container
// writes into its own root, which is memory; absent, the machine decides. A probe is made in the container,
// from its network namespace, or in its root. A bundle with a file `apparmor` wants that profile loaded into the kernel
// before its container starts: any section may have one.
import {
  booleanField,
  type Fields,
  fieldsOf,
  hasField,
  listField,
  numberField,
  objectField,
  textField,
} from '../base/fields.ts';
import { readFormatted, writeDocument } from './document.ts';
import { type Probe, readProbe } from './probe.ts';

/** How a service is kept running. Times in milliseconds. */
export interface Supervision {
  /** Place in the order of starting, from 0: after all that it depends on. Stopping goes the other way. */
  readonly order: number;
  /** Names of services. */
  readonly dependsOn: readonly string[];
  readonly restart: Restart;
  readonly stop: Stop;
  readonly health?: ServiceHealth;
  /** As cron has it; absent: it runs as long as the machine does. */
  readonly schedule?: string;
}

export interface Restart {
  readonly policy: (typeof policies)[number];
  /** The wait before a new start: `initial`, doubled each time up to `max`, `initial` again after a run of `reset`. */
  readonly backoff: { readonly initial: number; readonly max: number; readonly reset: number };
}

export interface Stop {
  /** Absent: the image's, else SIGTERM. */
  readonly signal?: string;
  readonly timeout: number;
}

export interface ServiceHealth {
  readonly probe: Probe;
  readonly interval: number;
  readonly timeout: number;
  /** So many failures in a row mean unhealthy. */
  readonly retries: number;
}

/** As it reaches the machine: there is a signal. */
export type ServiceSettings = Supervision & { readonly stop: Required<Stop> };

const policies = ['always', 'on-failure', 'never'] as const;
const indent = 4;

export function writeServiceSettings({
  order,
  dependsOn,
  restart,
  stop,
  health,
  schedule,
  writable,
}: ServiceSettings & WritableBound): string {
  const { signal, timeout } = stop;
  return writeDocument(
    {
      ...{ order, dependsOn, restart, stop: { signal, timeout } },
      ...(health && { health }),
      ...(schedule && { schedule }),
      ...(writable && { writable }),
    },
    indent,
  );
}

export function readServiceSettings(text: string | undefined, what: string): ServiceSettings {
  const fields = readFormatted(text ?? '{}', what);
  const stop = objectOr(fields, 'stop');
  return {
    order: countOr(fields, 'order', 0),
    dependsOn: hasField(fields, 'dependsOn') ? readNames(fields) : [],
    restart: readRestart(objectOr(fields, 'restart')),
    stop: {
      signal: hasField(stop, 'signal') ? textField(stop, 'signal', /^[A-Za-z0-9+-]{1,20}$/) : 'SIGTERM',
      timeout: countOr(stop, 'timeout', 10_000),
    },
    ...(hasField(fields, 'schedule') && { schedule: textField(fields, 'schedule', /^/, 1000) }),
    ...(hasField(fields, 'health') && { health: readServiceHealth(objectField(fields, 'health')) }),
  };
}

/** Of a container that runs once. `optional`: the boot goes on without it. */
export interface OnceSettings {
  readonly optional: boolean;
}

/** In bytes. */
interface WritableBound {
  readonly writable?: number | undefined;
}

export function writeOnceSettings({ optional, writable }: OnceSettings & WritableBound): string {
  return writeDocument({ optional, ...(writable && { writable }) }, indent);
}

/** Undefined where the spec says nothing. */
export function readWritable(text: string | undefined, what: string): number | undefined {
  const fields = readFormatted(text ?? '{}', what);
  return hasField(fields, 'writable') ? numberField(fields, 'writable', 1) : undefined;
}

export function readOnceSettings(text: string | undefined, what: string): OnceSettings {
  const fields = readFormatted(text ?? '{}', what);
  return { optional: hasField(fields, 'optional') && booleanField(fields, 'optional') };
}

function readNames(fields: Fields): string[] {
  return listField(fields, 'dependsOn', 1000).map((value) => {
    if (typeof value === 'string') return value;
    throw fields.refuse(`${fields.what}: dependsOn`, 'is not a list of names');
  });
}

function readRestart(fields: Fields): Restart {
  const backoff = objectOr(fields, 'backoff');
  const asked = hasField(fields, 'policy') ? textField(fields, 'policy', /^/, 100) : 'always';
  const policy = policies.find((each) => each === asked);
  if (policy === undefined)
    throw fields.refuse(`${fields.what}: policy`, `is none of ${policies.join(', ')}`);
  return {
    policy,
    backoff: {
      initial: countOr(backoff, 'initial', 1000),
      max: countOr(backoff, 'max', 60_000),
      reset: countOr(backoff, 'reset', 60_000),
    },
  };
}

function readServiceHealth(fields: Fields): ServiceHealth {
  return {
    probe: readProbe(fields),
    interval: countOr(fields, 'interval', 30_000),
    timeout: countOr(fields, 'timeout', 10_000),
    retries: countOr(fields, 'retries', 3),
  };
}

function countOr(fields: Fields, key: string, otherwise: number): number {
  return hasField(fields, key) ? numberField(fields, key, 0) : otherwise;
}

function objectOr(fields: Fields, key: string): Fields {
  return hasField(fields, key)
    ? objectField(fields, key)
    : fieldsOf({}, `${fields.what}: ${key}`, fields.refuse);
}
