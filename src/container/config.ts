// config.json of a bundle: the OCI runtime specification 1.2 of one container, from its merged settings and the
// config of its image. Member order and defaults follow LinuxKit, so that both inits can run both trees.
import { byName, sortedEntries } from '../base/order.ts';
import type { ExecutionConfig } from '../oci/image.ts';
import type { ContainerSettings } from '../spec/spec.generated.ts';
import { expandCapabilities } from './capabilities.ts';
import { devicesOf } from './devices.ts';
import { mountsOf } from './mounts.ts';
import { resourcesOf } from './resources.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids?: readonly number[];
}

/** `user` is resolved already: from the settings, or from the image's USER and its own passwd file. */
export function runtimeConfig(settings: ContainerSettings, image: ExecutionConfig, user: User): object {
  const capabilities = expandCapabilities(settings.capabilities ?? []);
  const bounding = [...new Set([...capabilities, ...(settings.ambient ?? [])])].sort(byName);
  const devices = devicesOf(settings.devices ?? []);
  return defined({
    ociVersion: '1.2.0',
    process: defined({
      user: defined({ ...user, additionalGids: unlessEmpty(user.additionalGids) }),
      args: settings.command ?? [...(image.Entrypoint ?? []), ...(image.Cmd ?? [])],
      env: unlessEmpty(settings.env ?? image.Env),
      cwd: settings.cwd || image.WorkingDir || '/',
      capabilities: defined({
        bounding: unlessEmpty(bounding),
        effective: unlessEmpty(capabilities),
        inheritable: unlessEmpty(bounding),
        permitted: unlessEmpty(bounding),
        ambient: unlessEmpty(settings.ambient),
      }),
      rlimits: unlessEmpty((settings.rlimits ?? []).map(parseLimit)),
      noNewPrivileges: settings.noNewPrivileges || undefined,
      oomScoreAdj: settings.oomScoreAdj,
    }),
    root: defined({ path: 'rootfs', readonly: settings.readonly || undefined }),
    hostname: settings.hostname || undefined,
    mounts: mountsOf(settings),
    annotations: strings(settings.annotations),
    linux: defined({
      uidMappings: unlessEmpty((settings.uidMappings ?? []).map(mapping)),
      gidMappings: unlessEmpty((settings.gidMappings ?? []).map(mapping)),
      sysctl: strings(settings.sysctl),
      resources: resourcesOf(settings.resources ?? {}, devices.rules),
      cgroupsPath: settings.cgroupsPath || undefined,
      namespaces: namespaces(settings),
      devices: unlessEmpty(devices.nodes),
      rootfsPropagation: settings.rootfsPropagation || undefined,
      maskedPaths: unlessEmpty(settings.maskedPaths),
      readonlyPaths: unlessEmpty(settings.readonlyPaths),
    }),
  });
}

interface Namespace {
  readonly type: string;
  readonly path?: string;
}

/** `host` and `root` share the host's, `new` (and `none` for the network) makes one, all else is a path. */
function namespaces(settings: ContainerSettings): Namespace[] {
  const chosen: [type: string, setting: string][] = [
    ['network', settings.net || 'host'],
    ['ipc', settings.ipc || 'host'],
    ['uts', settings.uts || 'host'],
    ['pid', settings.pid || 'new'],
    ['user', settings.userns || 'host'],
    ['mount', 'new'],
  ];
  return chosen.flatMap(([type, setting]) => {
    if (setting === 'host' || setting === 'root') return [];
    return setting === 'new' || (type === 'network' && setting === 'none')
      ? [{ type }]
      : [{ type, path: setting }];
  });
}

/** NAME,SOFT,HARD, either limit a number or `unlimited`; checked by the spec. */
function parseLimit(line: string): object {
  const [name = '', soft = '', hard = ''] = line.split(',').map((part) => part.trim());
  // RLIM_INFINITY is 2^64 − 1, which JSON's readers in C and Go take as an unsigned number but JavaScript cannot hold.
  const limit = (text: string) => (text === 'unlimited' ? unlimited : Number(text));
  return {
    type: name.startsWith('RLIMIT_') ? name : `RLIMIT_${name.toUpperCase()}`,
    hard: limit(hard),
    soft: limit(soft),
  };
}

const unlimited = 'unlimited:18446744073709551615';

/** config.json as text, in LinuxKit's indentation. */
export function printConfig(config: object): string {
  return `${JSON.stringify(config, undefined, 4).replaceAll(`"${unlimited}"`, unlimited.split(':')[1]!)}\n`;
}

function mapping({
  containerID = 0,
  hostID = 0,
  size = 1,
}: {
  containerID?: number;
  hostID?: number;
  size?: number;
}) {
  return { containerID, hostID, size };
}

function strings(table: Readonly<Record<string, string | number | boolean>> | undefined) {
  const entries = sortedEntries(table ?? {}).map(([key, value]) => [key, String(value)]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const unlessEmpty = <T>(list: readonly T[] | undefined) => (list?.length ? list : undefined);

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
