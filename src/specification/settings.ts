// The settings of a container, from a spec or from an image's label: what the schema cannot say is checked here, names of
// containers become their numbers and names of volumes the paths where they are mounted.
import type { Problem } from '../base/errors.ts';
import { mapKept } from '../document/kept.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import type { PartFindings } from '../document/problems.ts';
import { didYouMean } from '../document/suggest.ts';
import { allCapabilities } from './capabilities.ts';
import { readDevice } from './device-settings.ts';
import { readId } from './ids.ts';
import { readIdMapping, readOomScore, readResources } from './limit-settings.ts';
import { bindOf, hasDestination, leftOut, noDestination, readMount } from './mount-settings.ts';
import type { RawContainerSettings, RawIdMapping, RawRuntime } from './spec.generated.ts';
import type { Settings, SpecNames } from './types.ts';

export function readContainerSettings(
  raw: RawContainerSettings,
  names: SpecNames,
  findings: PartFindings,
): Settings {
  const { uid, gid, additionalGids, rootfsPropagation, ...others } = raw;
  checkCapabilities(raw.capabilities, '/capabilities', findings);
  checkCapabilities(raw.ambient, '/ambient', findings);
  mapKept(raw.rlimits ?? [], '/rlimits', (limit, at) => checkLimit(limit, at, findings));
  warnOfFirstVersion(raw, findings);
  warnOfNamespaces(raw, findings);
  warnOfHostname(raw, findings);
  warnOfSysctls(raw, findings);
  const list = <K extends 'env' | 'tmpfs' | 'mounts' | 'binds' | 'devices' | 'uidMappings' | 'gidMappings'>(
    key: K,
    read: (item: Item<K>, at: JsonPointer) => Item<K> | undefined,
  ) => raw[key] && { [key]: mapKept(raw[key] as readonly Item<K>[], childOf('', key), read) };
  const id = (key: JsonPointer, value: number | string) => readId(value, key, names.ids, findings);
  const mapping = (item: RawIdMapping, at: JsonPointer) => readIdMapping(item, at, findings);
  return {
    ...others,
    ...list('env', (line, at) => readVariable(line, at, findings)),
    ...list('tmpfs', (line, at) =>
      hasDestination(line, line.split(':')[0], at, findings) ? line : undefined,
    ),
    ...list('mounts', (mount, at) => readMount(mount, at, names, findings)),
    ...list('binds', (bind, at) => bindOf(bind, at, names, findings)),
    ...list('devices', (device, at) => readDevice(device, at, findings)),
    ...list('uidMappings', mapping),
    ...list('gidMappings', mapping),
    ...readAdded(raw, names, findings),
    ...(raw.runtime && { runtime: readRuntime(raw.runtime, findings) }),
    ...(raw.resources && { resources: readResources(raw.resources, '/resources', findings) }),
    ...(raw.oomScoreAdj === undefined ? {} : { oomScoreAdj: readOomScore(raw.oomScoreAdj, findings) }),
    ...(raw.cwd ? { cwd: readCwd(raw.cwd, findings) } : {}),
    ...(isPropagation(rootfsPropagation, findings) ? { rootfsPropagation } : {}),
    ...(uid === undefined ? {} : { uid: id('/uid', uid) }),
    ...(gid === undefined ? {} : { gid: id('/gid', gid) }),
    ...(additionalGids && {
      additionalGids: mapKept(additionalGids, '/additionalGids', (each, at) => id(at, each)),
    }),
  };
}

type Item<K extends keyof RawContainerSettings> =
  NonNullable<RawContainerSettings[K]> extends readonly (infer T)[] ? T : never;

/** Beside `binds` and `capabilities` LinuxKit does not look at what is added: there a mistake in it is none. */
function readAdded(raw: RawContainerSettings, names: SpecNames, findings: PartFindings) {
  const { 'binds.add': binds, 'capabilities.add': capabilities } = raw;
  const within = (ignored: boolean): PartFindings =>
    ignored ? { ...findings, problem: findings.warn } : findings;
  return {
    ...(binds && {
      'binds.add': mapKept(binds, '/binds.add', (bind, at) =>
        bindOf(bind, at, names, within(raw.binds !== undefined)),
      ),
    }),
    ...(capabilities && {
      'capabilities.add': checkCapabilities(
        capabilities,
        '/capabilities.add',
        within(raw.capabilities !== undefined),
      ),
    }),
  };
}

function readRuntime(raw: RawRuntime, { warn }: PartFindings): RawRuntime {
  const { mounts, interfaces } = raw;
  return {
    ...raw,
    ...(mounts && {
      mounts: mapKept(mounts, '/runtime/mounts', (mount, at) => {
        if (!mount.destination) warn(at, leftOut(noDestination));
        return mount.destination ? mount : undefined;
      }),
    }),
    ...(interfaces && {
      interfaces: mapKept(interfaces, '/runtime/interfaces', (each, at) => {
        if (!each.name) {
          const fault: Problem = {
            code: 'spec-interface',
            message: 'the interface has no name',
            hint: 'Add name: eth0.',
          };
          warn(at, leftOut(fault));
        }
        return each.name ? each : undefined;
      }),
    }),
  };
}

/** No runtime takes what has no name; a program of the container would not find it either. */
function readVariable(line: string, pointer: JsonPointer, { warn }: PartFindings): string | undefined {
  if (/^[^=]+=/.test(line)) return line;
  const fault: Problem = {
    code: 'spec-env',
    message: `${JSON.stringify(line)} sets no variable`,
    hint: 'Write NAME=VALUE.',
  };
  warn(pointer, leftOut(fault));
  return undefined;
}

function readCwd(cwd: string, { warn }: PartFindings): string {
  if (cwd.startsWith('/')) return cwd;
  warn('/cwd', {
    code: 'spec-relative-path',
    message: `cwd is ${JSON.stringify(cwd)}: /${cwd} is taken`,
    hint: 'Write an absolute path.',
  });
  return `/${cwd}`;
}

const propagations = [
  'private',
  'rprivate',
  'shared',
  'rshared',
  'slave',
  'rslave',
  'unbindable',
  'runbindable',
];

function isPropagation(value: string | undefined, { warn }: PartFindings): boolean {
  if (!value || propagations.includes(value)) return value !== undefined;
  warn('/rootfsPropagation', {
    code: 'spec-not-allowed',
    message: `there is no propagation ${JSON.stringify(value)}: it is left out`,
    hint: didYouMean(value, propagations) ?? `There are ${propagations.join(', ')}.`,
  });
  return false;
}

const namespaces = { net: ['none'], pid: [], ipc: [], uts: [], userns: [] } as const;

function warnOfNamespaces(raw: RawContainerSettings, { warn }: PartFindings): void {
  for (const [key, words] of Object.entries(namespaces)) {
    const value = raw[key as keyof typeof namespaces] ?? '';
    const known = ['', 'host', 'root', 'new', ...words];
    if (known.includes(value) || value.startsWith('/')) continue;
    warn(childOf('', key), {
      code: 'spec-namespace',
      message: `${key} is ${JSON.stringify(value)}, which is taken for the path of a namespace: no container starts so`,
      hint: didYouMean(value, known) ?? `Write ${known.filter(Boolean).join(', ')} or an absolute path.`,
    });
  }
}

/** __NEW_UTS_LEN of the kernel. */
const longestHostname = 64;

function warnOfHostname({ hostname = '' }: RawContainerSettings, { warn }: PartFindings): void {
  if (Buffer.byteLength(hostname) <= longestHostname) return;
  warn('/hostname', {
    code: 'spec-hostname',
    message: `the host name has ${Buffer.byteLength(hostname)} bytes: the kernel takes ${longestHostname}, and the container never starts`,
    hint: 'Shorten it.',
  });
}

/** Those that belong to a namespace; the others are the whole machine's, and no runtime sets them for a container. */
const sysctlNamespaces: readonly (readonly [RegExp, 'net' | 'ipc' | 'uts'])[] = [
  [/^net\./, 'net'],
  [/^(?:kernel\.(?:shm|msg|sem)|fs\.mqueue\.)/, 'ipc'],
  [/^kernel\.(?:hostname|domainname)$/, 'uts'],
];

function warnOfSysctls(raw: RawContainerSettings, { warn }: PartFindings): void {
  for (const name of Object.keys(raw.sysctl ?? {})) {
    const [, key] = sysctlNamespaces.find(([names]) => names.test(name.replaceAll('/', '.'))) ?? [];
    const value = key && (raw[key] || (key === 'uts' && raw.hostname ? 'new' : 'host'));
    if (value !== undefined && value !== 'host' && value !== 'root') continue;
    warn(childOf('/sysctl', name), {
      code: 'spec-sysctl',
      message: key
        ? `${name} belongs to a namespace, and the container shares the machine’s: it never starts`
        : `${name} is the whole machine’s: no container can set it, and this one never starts`,
      hint: `${key ? `Give the container ${key}: new. ` : ''}For the machine, write ${name} into a file in etc/sysctl.d, which component:sysctl reads.`,
    });
  }
}

/** Answers with those that there are. */
function checkCapabilities(
  list: readonly string[] = [],
  pointer: JsonPointer,
  { problem }: Pick<PartFindings, 'problem'>,
): string[] {
  return mapKept(list, pointer, (name, at) => {
    if (allCapabilities.includes(name)) return name;
    const word = name.toLowerCase();
    const single = word === 'all' || word === 'none';
    if (single && list.length === 1) return name;
    problem(
      at,
      single
        ? {
            code: 'spec-capability',
            message: `${name} stands beside other capabilities`,
            hint: 'Write it alone, or name the capabilities.',
          }
        : {
            code: 'spec-capability',
            message: `there is no capability ${name}`,
            hint: didYouMean(name, allCapabilities) ?? 'See capabilities(7) for their names.',
          },
    );
    return undefined;
  });
}

/** As setrlimit(2) has them. */
const limits =
  'cpu fsize data stack core rss nproc nofile memlock as locks sigpending msgqueue nice rtprio rttime'.split(
    ' ',
  );

function checkLimit(limit: string, pointer: JsonPointer, { problem }: PartFindings): undefined {
  const [name = ''] = limit.toLowerCase().split(',');
  const known = name.trim().replace(/^rlimit_/, '');
  if (limits.includes(known)) return undefined;
  problem(pointer, {
    code: 'spec-rlimit',
    message: `there is no limit ${JSON.stringify(known)}`,
    hint: didYouMean(known, limits) ?? `They are ${limits.join(', ')}.`,
  });
  return undefined;
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

function warnOfFirstVersion(raw: RawContainerSettings, { warn }: PartFindings): void {
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
