// runtime.json of a bundle: what LinuxKit's init does around a container, beside the OCI runtime (its format is
// LinuxKit's; see reference "Bundle of one container"). An absent file means: nothing.
import { AgentError, type Host } from '../host/host.ts';

export interface RuntimeMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

export interface Runtime {
  readonly mounts: readonly RuntimeMount[];
  readonly mkdir: readonly string[];
  readonly cgroups: readonly string[];
  readonly interfaces: readonly RuntimeInterface[];
  /** What is to stay of the container's namespaces: /proc/PID/ns/TYPE mounted at a path. */
  readonly namespaces: readonly { readonly type: string; readonly path: string }[];
}

/** Without `add` an interface of the host that moves; with it one of that type, made inside or first on the host. */
export interface RuntimeInterface {
  readonly name: string;
  readonly add: string;
  /** The name of a veth's other end, which goes to the host. */
  readonly peer: string;
  readonly createInRoot: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

export function readRuntime(host: Host, bundle: string): Runtime {
  const path = `${bundle}/runtime.json`;
  const text = host.readText(path);
  if (text === undefined) return { mounts: [], mkdir: [], cgroups: [], interfaces: [], namespaces: [] };
  const fields = parseObject(path, text);
  return {
    mounts: list(fields.mounts).map((mount) => readMount(path, bundle, mount as Fields)),
    mkdir: strings(fields.mkdir),
    cgroups: strings(fields.cgroups),
    interfaces: list(fields.interfaces).map((each) => readInterface(path, each as Fields)),
    namespaces: Object.entries((fields.bindNS ?? {}) as Fields).flatMap(([type, target]) =>
      typeof target === 'string' && target !== '' ? [{ type, path: target }] : [],
    ),
  };
}

function parseObject(path: string, text: string): Fields {
  try {
    return JSON.parse(text) as Fields;
  } catch (error) {
    throw new AgentError(`${path} is not JSON: ${String(error)}`, {
      code: 'bundle-malformed',
      fault: 'integrity',
      hint: 'Build the image again.',
    });
  }
}

function readInterface(path: string, { name, add, peer, createInRoot }: Fields): RuntimeInterface {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  if (text(name) === '')
    throw new AgentError(`${path}: an interface without a name`, {
      code: 'bundle-malformed',
      fault: 'integrity',
      hint: 'Build the image again.',
    });
  return { name: text(name), add: text(add), peer: text(peer), createInRoot: createInRoot === true };
}

/** A relative destination is inside the container's root. */
function readMount(path: string, bundle: string, mount: Fields): RuntimeMount {
  const { destination, type = '', source = '' } = mount;
  if (typeof destination !== 'string' || typeof type !== 'string' || typeof source !== 'string') {
    throw new AgentError(`${path}: a mount without a destination: ${JSON.stringify(mount)}`, {
      code: 'bundle-malformed',
      fault: 'integrity',
      hint: 'Build the image again.',
    });
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
