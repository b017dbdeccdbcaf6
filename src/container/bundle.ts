// One container to the files of its bundle, in LinuxKit's layout, so that its init can run our trees and ours its.
// The root file system itself is a segment, mounted by the initrd on `lower` (or `rootfs` where it is read-only).
import { parse } from 'yaml';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { type ExecutionConfig, type Image, runtimeLabel } from '../oci/image.ts';
import type { ContainerSettings } from '../spec/spec.generated.ts';
import type { Container, Settings } from '../spec/types.ts';
import type { TreeNode } from '../tree/node.ts';
import { addParents, directory, file, type ReadonlyTree, type Tree } from '../tree/tree.ts';
import { printConfig, runtimeConfig } from './config.ts';
import { mergeSettings } from './merge.ts';
import { runtimePreparation } from './runtime.ts';
import { resolveUser } from './user.ts';

export interface Bundle {
  readonly tree: Tree;
  /** Where the segment is to be mounted: an absolute path on the machine. */
  readonly mountPoint: string;
}

/** `path` is the bundle's directory on the machine, such as /containers/services/sshd. */
export async function makeBundle(
  container: Container,
  path: string,
  image: Image,
  tree: ReadonlyTree,
): Promise<Bundle> {
  const execution = image.config.config ?? {};
  const settings = mergeSettings(labelSettings(execution, container.name), container.settings) as Settings;
  const user = await resolveUser(settings, execution.User ?? '', tree, container.name);
  const config = runtimeConfig(settings, execution, user);
  const inside = path.slice(1);
  const bundle: Tree = new Map<string, TreeNode>([
    [inside, directory()],
    [`${inside}/rootfs`, directory()],
    [`${inside}/config.json`, file(printConfig(config))],
    [`${inside}/runtime.json`, file(json(runtimePreparation(settings, path)))],
    [`${inside}/catamaran.json`, file(json(supervision(container, execution)))],
  ]);
  if (!settings.readonly) {
    bundle.set(`${inside}/lower`, directory());
    bundle.set(`${inside}/tmp`, directory());
  }
  addParents(bundle, inside);
  return { tree: bundle, mountPoint: `${path}/${settings.readonly ? 'rootfs' : 'lower'}` };
}

/** What our init reads beside LinuxKit's files. */
function supervision(
  { section, optional, stopSignal, stopTimeout }: Container,
  { StopSignal }: ExecutionConfig,
): object {
  if (section !== 'services') return { optional };
  const signal = stopSignal ?? StopSignal;
  return {
    ...(signal === undefined ? {} : { stopSignal: signal }),
    ...(stopTimeout === undefined ? {} : { stopTimeout }),
  };
}

function labelSettings({ Labels }: ExecutionConfig, name: string): ContainerSettings {
  const text = Labels?.[runtimeLabel];
  if (text === undefined) return {};
  try {
    return (parse(text, { maxAliasCount: 0 }) ?? {}) as ContainerSettings;
  } catch (error) {
    throw new CatamaranError(
      'spec',
      {
        code: 'image-label-malformed',
        message: `the label ${runtimeLabel} of ${name}'s image is neither JSON nor YAML: ${messageOf(error)}`,
        hint: 'Mend the image, or use another one.',
      },
      { cause: error },
    );
  }
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 4)}\n`;
