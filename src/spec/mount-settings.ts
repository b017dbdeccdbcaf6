// Mounts and binds of a container's settings: what LinuxKit guesses about them, and the volumes that they name.
import { childOf, type Pointer } from './pointer.ts';
import type { Findings } from './problems.ts';
import type { Mount } from './spec.generated.ts';
import { didYouMean } from './suggest.ts';
import type { SpecNames } from './types.ts';

export const noDestination = {
  code: 'spec-mount',
  message: 'the mount has no destination',
  hint: 'Add destination: and an absolute path.',
};

/** Where a type is mounted by default; these types are also known by their source. */
export const usualPlaces: Readonly<Record<string, string>> = {
  proc: '/proc',
  devpts: '/dev/pts',
  sysfs: '/sys',
  cgroup: '/sys/fs/cgroup',
  mqueue: '/dev/mqueue',
};

export function typeOfMount({ type, source, destination }: Mount): string | undefined {
  if (type) return type;
  if (source !== undefined && Object.hasOwn(usualPlaces, source)) return source;
  return destination === '/dev' ? 'tmpfs' : undefined;
}

/** Its source as a path, where it names a volume. */
export function mountOf(mount: Mount, pointer: Pointer, names: SpecNames, findings: Findings): Mount {
  const type = typeOfMount(mount);
  if (type === undefined) {
    findings.problem(pointer, {
      code: 'spec-mount',
      message: `the mount${mount.destination ? ` on ${mount.destination}` : ''} has no type`,
      hint: 'Add type: bind, tmpfs, or another file system.',
    });
  } else if (!mount.destination && !Object.hasOwn(usualPlaces, type)) {
    findings.problem(pointer, noDestination);
  }
  if (type !== 'bind' || mount.source === undefined || mount.source.startsWith('/')) return mount;
  const source = volumePath(mount.source, mount.options ?? [], childOf(pointer, 'source'), names, findings);
  return source === undefined ? mount : { ...mount, source };
}

export function bindOf(bind: string, pointer: Pointer, names: SpecNames, findings: Findings): string {
  const [source = '', ...rest] = bind.split(':');
  if (source.startsWith('/')) return bind;
  const path = volumePath(source, (rest[1] ?? '').split(','), pointer, names, findings);
  return path === undefined ? bind : [path, ...rest].join(':');
}

/** Where init mounts a volume. */
export const volumeDirectory = (name: string): string => `/containers/volumes/${name}`;

function volumePath(
  name: string,
  options: readonly string[],
  pointer: Pointer,
  { volumes }: SpecNames,
  { problem }: Findings,
): string | undefined {
  const volume = volumes.get(name);
  if (!volume) {
    problem(pointer, {
      code: 'spec-unknown-volume',
      message: `no volume is named ${JSON.stringify(name)}`,
      hint:
        didYouMean(name, volumes.keys()) ??
        'Declare it under volumes:, or write an absolute path for a directory of the machine.',
    });
    return undefined;
  }
  if (volume.readonly && (!options.includes('ro') || options.includes('rw'))) {
    problem(pointer, {
      code: 'spec-readonly-volume',
      message: `the volume ${name} is read-only, and this would let the container write to it`,
      hint: 'Add the option ro, or take readonly from the volume.',
    });
  }
  return `${volumeDirectory(name)}/merged`;
}
