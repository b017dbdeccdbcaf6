// The mounts of a container: the defaults, then tmpfs, binds and mounts, each taking the place of what was at its
// destination before; in the end sorted by destination, so that a parent comes before what lies below it.
import { byName } from '../base/order.ts';
import { placesByType, typeOfMount } from '../specification/mount-settings.ts';
import type { RawIdMapping, RawMount as SpecMount } from '../specification/spec.generated.ts';
import type { Secret, Settings } from '../specification/types.ts';

/** A mount of the OCI runtime specification. */
export interface BundleMount {
  readonly destination: string;
  readonly type?: string;
  readonly source?: string;
  readonly options?: readonly string[];
  readonly uidMappings?: readonly RawIdMapping[];
  readonly gidMappings?: readonly RawIdMapping[];
}

export function mountsOf(settings: Settings, secrets: readonly Secret[]): BundleMount[] {
  const mounts = new Map<string, BundleMount>();
  const put = (mount: BundleMount) => {
    const destination = mount.destination.startsWith('/') ? mount.destination : `/${mount.destination}`;
    mounts.set(destination, { ...mount, destination });
  };
  for (const mount of defaultMounts(settings.readonly ?? false)) put(mount);
  for (const line of settings.tmpfs ?? []) {
    const [destination = '', options] = splitOnce(line);
    put({ destination, type: 'tmpfs', source: 'tmpfs', ...(options ? { options: options.split(',') } : {}) });
  }
  for (const bind of settings.binds ?? []) put(parseBind(bind));
  for (const mount of settings.mounts ?? []) {
    const type = typeOfMount(mount) ?? '';
    const destination = mount.destination || (placesByType[type] ?? '');
    put(mountOf({ ...mount, type, destination, source: mount.source || type }));
  }
  for (const { name, file } of secrets) {
    const options = ['bind', 'ro', 'nosuid', 'nodev', 'noexec'];
    put({ destination: `${secretsPlace}/${name}`, type: 'bind', source: file, options });
  }
  return [...mounts.values()].sort((a, b) => byName(a.destination, b.destination));
}

export const secretsPlace = '/run/secrets';

/** Members in the specification's order. A bind mount is asked for by its options: the type alone is none. */
export function mountOf({
  type,
  source,
  destination = '',
  options = [],
  ...mappings
}: SpecMount): BundleMount {
  const { uidmappings, gidmappings } = mappings;
  const bound = options.some((option) => option === 'bind' || option === 'rbind');
  const chosen = type === 'bind' && !bound ? [...options, 'rbind'] : options;
  return {
    destination,
    ...(type ? { type } : {}),
    ...(source ? { source } : {}),
    ...(chosen.length > 0 ? { options: chosen } : {}),
    ...(uidmappings?.length ? { uidMappings: uidmappings.map(idMapping) } : {}),
    ...(gidmappings?.length ? { gidMappings: gidmappings.map(idMapping) } : {}),
  };
}

export function idMapping({ containerID = 0, hostID = 0, size = 1 }: RawIdMapping): Required<RawIdMapping> {
  return { containerID, hostID, size };
}

/** SOURCE:DESTINATION[:OPTIONS]; without options, writable and shared with the host in both directions. */
export function parseBind(bind: string): BundleMount {
  const [source = '', destination = '', options] = bind.split(':');
  return {
    destination,
    type: 'bind',
    source,
    options: options ? [...options.split(','), 'rbind'] : ['rw', 'rbind', 'rshared'],
  };
}

function defaultMounts(readonly: boolean): BundleMount[] {
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
