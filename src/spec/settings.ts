// The settings of a container, from a spec or from an image's label: what the schema cannot say is checked here, names of
// containers become their numbers and names of volumes the paths where they are mounted.
import { allCapabilities } from './capabilities.ts';
import { bindOf, mountOf, noDestination } from './mount-settings.ts';
import { childOf, type Pointer } from './pointer.ts';
import type { Findings } from './problems.ts';
import type { ContainerSettings, Device } from './spec.generated.ts';
import { didYouMean } from './suggest.ts';
import type { Settings, SpecNames } from './types.ts';

export function readSettings(raw: ContainerSettings, names: SpecNames, findings: Findings): Settings {
  const { uid, gid, additionalGids, ...others } = raw;
  for (const key of ['capabilities', 'capabilities.add', 'ambient'] as const) {
    checkCapabilities(raw[key], childOf('', key), findings);
  }
  eachOf(raw.devices, '/devices', (device, pointer) => checkDevice(device, pointer, findings));
  eachOf(raw.rlimits, '/rlimits', (limit, pointer) => checkLimit(limit, pointer, findings));
  eachOf(raw.runtime?.mounts, '/runtime/mounts', (mount, pointer) => {
    if (!mount.destination) findings.problem(pointer, noDestination);
  });
  warnOfFirstVersion(raw, findings);
  const binds = (key: 'binds' | 'binds.add') =>
    raw[key] && {
      [key]: mapDense(raw[key], childOf('', key), (bind, at) => bindOf(bind, at, names, findings)),
    };
  const id = (key: Pointer, value: number | string) => readId(value, key, names.ids, findings);
  return {
    ...others,
    ...binds('binds'),
    ...binds('binds.add'),
    ...(raw.mounts && {
      mounts: mapDense(raw.mounts, '/mounts', (mount, at) => mountOf(mount, at, names, findings)),
    }),
    ...(uid === undefined ? {} : { uid: id('/uid', uid) }),
    ...(gid === undefined ? {} : { gid: id('/gid', gid) }),
    ...(additionalGids && {
      additionalGids: mapDense(additionalGids, '/additionalGids', (each, at) => id(at, each)),
    }),
  };
}

/** A number, a container's name, or `root`. */
export function readId(
  id: number | string,
  pointer: Pointer,
  ids: ReadonlyMap<string, number>,
  { problem }: Pick<Findings, 'problem'>,
): number {
  if (typeof id === 'number') return id;
  if (id === '') return 0;
  const known = ids.get(id) ?? (/^\d{1,9}$/.test(id) ? Number(id) : undefined);
  if (known === undefined) {
    problem(pointer, {
      code: 'spec-unknown-id',
      message: `no container is named ${JSON.stringify(id)}`,
      hint: didYouMean(id, ids.keys()) ?? 'Write a number, root, or the name of a container of this spec.',
    });
  }
  return known ?? 0;
}

function checkCapabilities(
  list: readonly string[] | undefined,
  pointer: Pointer,
  { problem }: Findings,
): void {
  eachOf(list, pointer, (name, at) => {
    if (allCapabilities.includes(name)) return;
    const word = name.toLowerCase();
    if (word === 'all' || word === 'none') {
      if (list!.length === 1) return;
      problem(at, {
        code: 'spec-capability',
        message: `${name} stands beside other capabilities`,
        hint: 'Write it alone, or name the capabilities.',
      });
      return;
    }
    problem(at, {
      code: 'spec-capability',
      message: `there is no capability ${name}`,
      hint: didYouMean(name, allCapabilities) ?? 'See capabilities(7) for their names.',
    });
  });
}

function checkDevice({ path, type }: Device, pointer: Pointer, { problem }: Findings): void {
  if (path === 'all' || (type !== undefined && type !== 'a')) return;
  problem(pointer, {
    code: 'spec-device',
    message: type === undefined ? `${path} has no type` : `the type a is for path: all, not for ${path}`,
    hint: 'Add type: c for a character device, b for a block device, p for a FIFO.',
  });
}

/** As setrlimit(2) has them. */
const limits =
  'cpu fsize data stack core rss nproc nofile memlock as locks sigpending msgqueue nice rtprio rttime'.split(
    ' ',
  );

function checkLimit(limit: string, pointer: Pointer, { problem }: Findings): void {
  const [name = ''] = limit.toLowerCase().split(',');
  const known = name.trim().replace(/^rlimit_/, '');
  if (limits.includes(known)) return;
  problem(pointer, {
    code: 'spec-rlimit',
    message: `there is no limit ${JSON.stringify(known)}`,
    hint: didYouMean(known, limits) ?? `They are ${limits.join(', ')}.`,
  });
}

/** Keys that mean something in version 1 of control groups alone; ours, like LinuxKit's, are of version 2. */
const firstVersion = [
  '/resources/memory/kernel',
  '/resources/memory/kernelTCP',
  '/resources/memory/swappiness',
  '/resources/memory/disableOOMKiller',
  '/resources/cpu/realtimeRuntime',
  '/resources/cpu/realtimePeriod',
  '/resources/blockio/leafWeight',
  '/resources/network',
];

function warnOfFirstVersion(raw: ContainerSettings, { warn }: Findings): void {
  for (const pointer of firstVersion) {
    const value = pointer
      .split('/')
      .slice(1)
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], raw);
    if (value === undefined || value === false) continue;
    warn(pointer, {
      code: 'spec-cgroup-v1',
      message: `${pointer.slice(1).replaceAll('/', '.')} needs control groups of version 1`,
      hint: 'Version 2 has no such limit, and a container that asks for it may not start. See resources.unified.',
    });
  }
}

/** Arrays have holes where an item did not fit the schema. */
function eachOf<T>(
  list: readonly T[] | undefined,
  pointer: Pointer,
  visit: (item: T, at: Pointer) => void,
): void {
  list?.forEach((item, index) => {
    visit(item, childOf(pointer, index));
  });
}

function mapDense<T, U>(list: readonly T[], pointer: Pointer, change: (item: T, at: Pointer) => U): U[] {
  return list.map((item, index) => change(item, childOf(pointer, index))).filter(() => true);
}
