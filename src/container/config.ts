// config.json of a bundle: the OCI runtime specification 1.2 of one container, from its merged settings and the
// config of its image. Member order and defaults follow LinuxKit, so that both inits can run both trees.
import { byName, sortedEntries } from '../base/order.ts';
import type { ExecutionConfig } from '../oci/image.ts';
import { expandCapabilities } from '../specification/capabilities.ts';
import type { Secret, Settings } from '../specification/types.ts';
import { devicesOf } from './devices.ts';
import { idMapping, mountsOf } from './mounts.ts';
import { withPath } from './program.ts';
import { resourcesOf } from './resources.ts';

export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids?: readonly number[];
}

export interface Execution {
  /** From the settings, or from the image's USER and its own passwd file. */
  readonly user: ProcessUser;
  /** linux.seccomp. */
  readonly seccomp?: object;
  /** The profile's name in the kernel. */
  readonly apparmor?: string;
  readonly secrets: readonly Secret[];
}

export function runtimeConfig(settings: Settings, image: ExecutionConfig, execution: Execution): object {
  const { user, seccomp, apparmor, secrets } = execution;
  const capabilities = expandCapabilities(settings.capabilities ?? []);
  const ambient = expandCapabilities(settings.ambient ?? []);
  const bounding = [...new Set([...capabilities, ...ambient])].sort(byName);
  const devices = devicesOf(settings.devices ?? []);
  return defined({
    ociVersion: '1.2.1',
    process: defined({
      user: defined({ ...user, additionalGids: unlessEmpty(user.additionalGids) }),
      args: unlessEmpty(argumentsOf(settings, image)),
      env: withPath(settings.env ?? image.Env),
      cwd: settings.cwd || image.WorkingDir || '/',
      capabilities: defined({
        bounding: unlessEmpty(bounding),
        effective: unlessEmpty(capabilities),
        inheritable: unlessEmpty(bounding),
        permitted: unlessEmpty(bounding),
        ambient: unlessEmpty(ambient),
      }),
      rlimits: unlessEmpty((settings.rlimits ?? []).map(parseLimit)),
      noNewPrivileges: settings.noNewPrivileges || undefined,
      apparmorProfile: apparmor,
      oomScoreAdj: settings.oomScoreAdj,
    }),
    root: defined({ path: 'rootfs', readonly: settings.readonly || undefined }),
    hostname: settings.hostname || undefined,
    mounts: mountsOf(settings, secrets),
    annotations: strings(settings.annotations),
    linux: defined({
      uidMappings: unlessEmpty((settings.uidMappings ?? []).map(idMapping)),
      gidMappings: unlessEmpty((settings.gidMappings ?? []).map(idMapping)),
      sysctl: strings(settings.sysctl),
      resources: resourcesOf(settings.resources ?? {}, devices.rules),
      cgroupsPath: settings.cgroupsPath || undefined,
      namespaces: namespaces(settings),
      devices: unlessEmpty(devices.nodes),
      seccomp,
      rootfsPropagation: settings.rootfsPropagation || undefined,
      maskedPaths: unlessEmpty(settings.maskedPaths),
      readonlyPaths: unlessEmpty(settings.readonlyPaths),
    }),
  });
}

/**
 * A command replaces the image's entrypoint and arguments together. An entrypoint of one empty text is none, as Docker and
 * Podman read it: so Dockerfiles take back that of the image below. Of arguments an empty text is one.
 */
export function argumentsOf(
  settings: Settings,
  { Entrypoint = [], Cmd = [] }: ExecutionConfig,
): readonly string[] {
  const isReset = Entrypoint.length === 1 && Entrypoint[0] === '';
  return settings.command ?? [...(isReset ? [] : Entrypoint), ...Cmd];
}

interface Namespace {
  readonly type: string;
  readonly path?: string;
}

/**
 * `host` and `root` share the host's, `new` (and `none` for the network) makes one, all else is a path.
 * A host name of its own cannot be without a UTS namespace of its own.
 */
function namespaces(settings: Settings): Namespace[] {
  const chosen: [type: string, setting: string][] = [
    ['network', settings.net || 'host'],
    ['ipc', settings.ipc || 'host'],
    ['uts', settings.uts || (settings.hostname ? 'new' : 'host')],
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
  const limit = (text: string) => (text.toLowerCase() === 'unlimited' ? unlimited : verbatim(text));
  return {
    type: `RLIMIT_${name.toUpperCase().replace(/^RLIMIT_/, '')}`,
    hard: limit(hard),
    soft: limit(soft),
  };
}

/** A whole number of any size, printed as it is. */
const verbatim = (digits: string): string => `number:${BigInt(digits)}`;
const unlimited = verbatim('18446744073709551615');

/** config.json as text, in LinuxKit's indentation. */
export function printConfig(config: object): string {
  const text = JSON.stringify(config, undefined, 4);
  // At the depth of a member of process.rlimits, and nowhere else.
  return `${text.replace(/^( {16}"(?:soft|hard)": )"number:(\d+)"/gm, '$1$2')}\n`;
}

function strings(table: Readonly<Record<string, string | number | boolean>> | undefined) {
  const entries = sortedEntries(table ?? {}).map(([key, value]) => [key, String(value)]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const unlessEmpty = <T>(list: readonly T[] | undefined) => (list?.length ? list : undefined);

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
