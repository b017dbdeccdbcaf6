// runtime.json of a bundle: what LinuxKit's init does around a container, beside the OCI runtime (its format is
// LinuxKit's; see reference "Bundle of one container"). An absent file means: nothing.
import { AgentError, type Host } from '../host.ts';

export interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

export interface Runtime {
  readonly mounts: readonly Mount[];
  readonly mkdir: readonly string[];
  readonly cgroups: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

export function readRuntime(host: Host, bundle: string): Runtime {
  const path = `${bundle}/runtime.json`;
  const text = host.readText(path);
  if (text === undefined) return { mounts: [], mkdir: [], cgroups: [] };
  const fields = parseObject(path, text);
  refuseUnsupported(path, fields);
  return {
    mounts: list(fields.mounts).map((mount) => readMount(path, bundle, mount as Fields)),
    mkdir: strings(fields.mkdir),
    cgroups: strings(fields.cgroups),
  };
}

function parseObject(path: string, text: string): Fields {
  try {
    return JSON.parse(text) as Fields;
  } catch (error) {
    throw new AgentError(`${path} is not JSON: ${String(error)}`);
  }
}

/** Better no container than one that runs in another network than its spec says. */
function refuseUnsupported(path: string, fields: Fields): void {
  if (list(fields.interfaces).length > 0) {
    throw new AgentError(
      `${path}: runtime.interfaces is not supported by component:init; use net: host or net: new`,
    );
  }
  const bound = Object.entries((fields.bindNS ?? {}) as Fields).find(([, target]) => target);
  if (bound) {
    throw new AgentError(`${path}: runtime.bindNS.${bound[0]} is not supported by component:init`);
  }
}

/** A relative destination is inside the container's root. */
function readMount(path: string, bundle: string, mount: Fields): Mount {
  const { destination, type = '', source = '' } = mount;
  if (typeof destination !== 'string' || typeof type !== 'string' || typeof source !== 'string') {
    throw new AgentError(`${path}: a mount without a destination: ${JSON.stringify(mount)}`);
  }
  return {
    destination: destination.startsWith('/') ? destination : `${bundle}/rootfs/${destination}`,
    type,
    source: source || type || 'none',
    options: strings(mount.options),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function strings(value: unknown): readonly string[] {
  return list(value).filter((item) => typeof item === 'string');
}
