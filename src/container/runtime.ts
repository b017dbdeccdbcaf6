// runtime.json of a bundle: what init prepares on the host before the container is created. Its root file system is
// the segment itself where it is read-only, else an overlay over the segment with its upper layer in memory.
import type { RawInterface } from '../specification/spec.generated.ts';
import type { Settings } from '../specification/types.ts';
import { type BundleMount, mountOf } from './mounts.ts';

export interface RuntimePreparation {
  readonly cgroups: readonly string[];
  readonly mounts: readonly BundleMount[];
  readonly mkdir: readonly string[];
  readonly interfaces: readonly object[];
  readonly bindNS: Readonly<Record<string, string>>;
  readonly namespace: string;
}

/** `bundle` is the bundle's directory on the machine, without a trailing slash. */
export function runtimePreparation(settings: Settings, bundle: string): RuntimePreparation {
  const {
    cgroups = [],
    mounts = [],
    mkdir = [],
    interfaces = [],
    bindNS = {},
    namespace = '',
  } = settings.runtime ?? {};
  const none = { cgroup: '', ipc: '', mnt: '', net: '', pid: '', user: '', uts: '' };
  return {
    cgroups,
    mounts: [...(settings.readonly ? readonlyRoot(bundle) : writableRoot(bundle)), ...mounts.map(mountOf)],
    mkdir,
    interfaces: interfaces.map(interfaceOf),
    bindNS: { ...none, ...bindNS },
    namespace,
  };
}

/** A bind of the directory on itself: the runtime wants a mount point. */
function readonlyRoot(bundle: string): BundleMount[] {
  return [{ destination: `${bundle}/rootfs`, source: `${bundle}/rootfs`, options: ['bind'] }];
}

function writableRoot(bundle: string): BundleMount[] {
  const tmp = `${bundle}/tmp`;
  const options = [`lowerdir=${bundle}/lower`, `upperdir=${tmp}/upper`, `workdir=${tmp}/work`];
  return [
    { destination: tmp, type: 'tmpfs', source: 'tmpfs' },
    { destination: tmp, options: ['remount', 'private'] },
    { destination: `${bundle}/rootfs`, type: 'overlay', source: 'overlay', options },
  ];
}

function interfaceOf({ name, add, peer, createInRoot = false }: RawInterface): object {
  return { ...(name ? { name } : {}), ...(add ? { add } : {}), ...(peer ? { peer } : {}), createInRoot };
}
