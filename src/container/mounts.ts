// The mounts of a container: the defaults, then tmpfs, binds and mounts, each taking the place of what was at its
// destination before; in the end sorted by destination, so that a parent comes before what lies below it.
import { byName } from '../base/order.ts';
import type { ContainerSettings } from '../spec/spec.generated.ts';

/** A mount of the OCI runtime specification. */
export interface Mount {
  readonly destination: string;
  readonly type?: string;
  readonly source?: string;
  readonly options?: readonly string[];
}

export function mountsOf(settings: ContainerSettings): Mount[] {
  const mounts = new Map<string, Mount>();
  const put = (mount: Mount) => mounts.set(mount.destination, mount);
  for (const mount of defaultMounts(settings.readonly ?? false)) put(mount);
  for (const line of settings.tmpfs ?? []) {
    const [destination = '', options] = splitOnce(line);
    put({ destination, type: 'tmpfs', source: 'tmpfs', ...(options ? { options: options.split(',') } : {}) });
  }
  for (const bind of settings.binds ?? []) put(parseBind(bind));
  for (const { type, source, destination, options } of settings.mounts ?? []) {
    const kind = type ?? guessType(source, destination);
    put({
      destination: destination ?? usualPlaces[kind ?? ''] ?? '',
      ...(kind === undefined ? {} : { type: kind }),
      source: source ?? kind ?? '',
      ...(options ? { options } : {}),
    });
  }
  return [...mounts.values()].sort((a, b) => byName(a.destination, b.destination));
}

/** SOURCE:DESTINATION[:OPTIONS]; without options, writable and shared with the host in both directions. */
export function parseBind(bind: string): Mount {
  const [source = '', destination = '', options] = bind.split(':');
  return {
    destination,
    type: 'bind',
    source,
    options: options ? [...options.split(','), 'rbind'] : ['rw', 'rbind', 'rshared'],
  };
}

const usualPlaces: Readonly<Record<string, string>> = {
  proc: '/proc',
  devpts: '/dev/pts',
  sysfs: '/sys',
  cgroup: '/sys/fs/cgroup',
  mqueue: '/dev/mqueue',
};

function guessType(source: string | undefined, destination: string | undefined): string | undefined {
  if (source !== undefined && source in usualPlaces) return source;
  return destination === '/dev' ? 'tmpfs' : undefined;
}

function defaultMounts(readonly: boolean): Mount[] {
  const ro = readonly ? ['ro'] : [];
  return [
    {
      destination: '/proc',
      type: 'proc',
      source: 'proc',
      options: ['nosuid', 'nodev', 'noexec', 'relatime'],
    },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k', ...ro],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', ...ro] },
    {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
    },
  ];
}

function splitOnce(text: string): [string, string?] {
  const colon = text.indexOf(':');
  return colon === -1 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
}
