// Mounts and binds of a container's settings: what LinuxKit guesses about them, and the volumes that they name.
import type { Problem } from '../base/errors.ts';
import { mapKept } from '../document/kept.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import type { PartFindings } from '../document/problems.ts';
import { didYouMean } from '../document/suggest.ts';
import { readIdMapping } from './limit-settings.ts';
import { directoryName } from './names.ts';
import type { RawMount } from './spec.generated.ts';
import type { SpecNames } from './types.ts';

export const noDestination: Problem = {
  code: 'spec-mount',
  message: 'the mount has no destination',
  hint: 'Add destination: and an absolute path.',
};

/** For an entry without which the container can be made: LinuxKit writes it, and the machine's runtime refuses it. */
export const leftOut = ({ message, ...diagnostic }: Problem): Problem => ({
  ...diagnostic,
  message: `${message}: it is left out`,
});

/** Where a type is mounted by default; these types are also known by their source. */
export const placesByType: Readonly<Record<string, string>> = {
  proc: '/proc',
  devpts: '/dev/pts',
  sysfs: '/sys',
  cgroup: '/sys/fs/cgroup',
  mqueue: '/dev/mqueue',
};

export function typeOfMount({ type, source, destination }: RawMount): string | undefined {
  if (type) return type;
  if (source !== undefined && Object.hasOwn(placesByType, source)) return source;
  return destination === '/dev' ? 'tmpfs' : undefined;
}

/** Its source as a path, where it names a volume. */
export function readMount(
  mount: RawMount,
  pointer: JsonPointer,
  names: SpecNames,
  findings: PartFindings,
): RawMount {
  const type = typeOfMount(mount);
  if (type === undefined) {
    findings.problem(pointer, {
      code: 'spec-mount',
      message: `the mount${mount.destination ? ` on ${mount.destination}` : ''} has no type`,
      hint: 'Add type: bind, tmpfs, or another file system.',
    });
  } else if (!mount.destination && !Object.hasOwn(placesByType, type)) {
    findings.problem(pointer, noDestination);
  }
  const mapped = { ...mount, ...mappingsOf(mount, pointer, findings) };
  if (type !== 'bind' || mount.source === undefined || mount.source.startsWith('/')) return mapped;
  const options = readOnlyOnce(mount.options ?? [], childOf(pointer, 'options'), findings);
  const source = volumePath(mount.source, options, childOf(pointer, 'source'), names, findings);
  return source === undefined ? mapped : { ...mapped, source, ...(mount.options && { options }) };
}

/** Of `ro` and `rw` LinuxKit looks at the first. */
function readOnlyOnce(options: readonly string[], pointer: JsonPointer, { warn }: PartFindings): string[] {
  const first = options.find((option) => option === 'ro' || option === 'rw');
  const kept = options.filter((option) => option === first || (option !== 'ro' && option !== 'rw'));
  if (kept.length < options.length) {
    warn(pointer, {
      code: 'spec-mount',
      message: `the mount has both ro and rw: ${first} is taken, which is the first`,
      hint: 'Write one of them.',
    });
  }
  return kept;
}

function mappingsOf(mount: RawMount, pointer: JsonPointer, findings: PartFindings) {
  const read = (key: 'uidmappings' | 'gidmappings') =>
    mount[key] && {
      [key]: mapKept(mount[key], childOf(pointer, key), (each, at) => readIdMapping(each, at, findings)),
    };
  return { ...read('uidmappings'), ...read('gidmappings') };
}

/** SOURCE:DESTINATION[:OPTIONS], its source as a path where it names a volume. */
export function bindOf(
  bind: string,
  pointer: JsonPointer,
  names: SpecNames,
  findings: PartFindings,
): string | undefined {
  const [source = '', ...rest] = bind.split(':');
  if (rest.length < 1 || rest.length > 2) {
    findings.problem(pointer, {
      code: 'spec-malformed',
      message: `${JSON.stringify(bind)} is no bind mount`,
      hint: 'Write SOURCE:DESTINATION or SOURCE:DESTINATION:OPTIONS, such as /var/lib/app:/data:ro.',
    });
    return undefined;
  }
  if (!hasDestination(bind, rest[0], pointer, findings)) return undefined;
  if (source.startsWith('/')) return bind;
  const path = volumePath(source, (rest[1] ?? '').split(','), pointer, names, findings);
  return path === undefined ? bind : [path, ...rest].join(':');
}

export function hasDestination(
  line: string,
  destination: string | undefined,
  pointer: JsonPointer,
  { warn }: PartFindings,
): boolean {
  if (!destination) {
    const fault = { ...noDestination, message: `${JSON.stringify(line)} has no destination` };
    warn(pointer, leftOut({ ...fault, hint: 'Add the absolute path where it is to be in the container.' }));
  }
  return Boolean(destination);
}

/** Where init mounts a volume. */
export const volumeDirectory = (name: string): string => `/containers/volumes/${directoryName(name)}`;

function volumePath(
  name: string,
  options: readonly string[],
  pointer: JsonPointer,
  { volumes }: SpecNames,
  { problem }: PartFindings,
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
