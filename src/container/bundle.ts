// One container to the files of its bundle, in LinuxKit's layout, so that its init can run our trees and ours its.
// The root file system itself is a segment, mounted by the initrd on `lower` (or `rootfs` where it is read-only).
import { CatamaranError } from '../base/errors.ts';
import { writeOnceSettings, writeServiceSettings } from '../contract/supervision.ts';
import { parseSignal } from '../document/scalars.ts';
import type { Image } from '../oci/image.ts';
import { formatReference } from '../specification/reference.ts';
import type { Container, SpecNames } from '../specification/types.ts';
import type { TreeNode } from '../tree/node.ts';
import { addParents, directory, file, type ReadonlyTree, type Tree } from '../tree/tree.ts';
import { appArmorName, appArmorText } from './apparmor.ts';
import { argumentsOf, printConfig, runtimeConfig } from './config.ts';
import { readLabel } from './label.ts';
import { mergeSettings } from './merge.ts';
import { mountsOf } from './mounts.ts';
import { requirePlaces } from './places.ts';
import { type Start, withPath } from './program.ts';
import { runtimePreparation } from './runtime.ts';
import { seccompOf } from './seccomp.ts';
import { resolveUser } from './user.ts';

export interface Bundle {
  readonly tree: Tree;
  /** Where the segment is to be mounted: an absolute path on the machine. */
  readonly mountPoint: string;
  readonly start: Start;
}

/**
 * @param path the bundle's directory on the machine, such as /containers/services/sshd
 * @param names of the spec, for what the image's label refers to
 */
export async function makeBundle(
  container: Container,
  path: string,
  image: Image,
  tree: ReadonlyTree,
  names: SpecNames,
): Promise<Bundle> {
  const { name, seccomp, apparmor, secrets } = container;
  const execution = image.config.config ?? {};
  const label = readLabel(execution, formatReference(container.image), names, container.settings);
  const settings = mergeSettings(label, container.settings);
  const [program] = argumentsOf(settings, execution);
  if (!program) throw noCommand(container);
  requirePlaces(container, settings, tree);
  const user = await resolveUser(settings, execution.User ?? '', tree, name);
  const config = runtimeConfig(settings, execution, {
    user,
    secrets,
    ...(seccomp && { seccomp: seccompOf(seccomp, settings, image.config.architecture) }),
    ...(apparmor && { apparmor: appArmorName(apparmor) }),
  });
  const inside = path.slice(1);
  const bundle: Tree = new Map<string, TreeNode>([
    [inside, directory()],
    [`${inside}/rootfs`, directory()],
    [`${inside}/config.json`, file(printConfig(config))],
    [`${inside}/runtime.json`, file(json(runtimePreparation(settings, path)))],
    [`${inside}/catamaran.json`, file(settingsOf(container, execution.StopSignal))],
  ]);
  if (apparmor) bundle.set(`${inside}/apparmor`, file(appArmorText(apparmor)));
  if (!settings.readonly) {
    bundle.set(`${inside}/lower`, directory());
    bundle.set(`${inside}/tmp`, directory());
  }
  addParents(bundle, inside);
  return {
    tree: bundle,
    mountPoint: `${path}/${settings.readonly ? 'rootfs' : 'lower'}`,
    start: {
      program,
      chosen: settings.command !== undefined,
      env: withPath(settings.env ?? execution.Env),
      cwd: settings.cwd || execution.WorkingDir || '/',
      mounts: mountsOf(settings, secrets).map(({ destination }) => destination),
    },
  };
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 4)}\n`;

/** `signal`: of the image. */
function settingsOf({ optional, supervision, writable }: Container, signal: string | undefined): string {
  if (!supervision) return writeOnceSettings({ optional, writable });
  const { stop } = supervision;
  const known = stop.signal ?? (signal ? parseSignal(signal) : 'SIGTERM');
  return writeServiceSettings({ ...supervision, stop: { ...stop, signal: known }, writable });
}

function noCommand({ name, image }: Container): CatamaranError {
  return new CatamaranError('spec', {
    code: 'container-without-command',
    message: `${name} runs nothing: ${formatReference(image)} has no entrypoint and no command`,
    hint: 'Add command: to it in the spec.',
  });
}
