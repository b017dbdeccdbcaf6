// A container to the files of its bundle, as a small tar: with it at hand, other steps need not look into the image.
import { readTarFile } from '../archive/read-tar.ts';
import { writeTar } from '../archive/write-tar.ts';
import { placed } from '../base/errors.ts';
import { type Bundle, makeBundle } from '../container/bundle.ts';
import { requireProgram } from '../container/program.ts';
import type { Planning } from '../engine/planning.ts';
import type { KeptBlob } from '../engine/result.ts';
import type { Step } from '../engine/step.ts';
import { modulesOf } from '../oci/image.ts';
import type { Container, Spec } from '../specification/types.ts';
import type { Cache } from '../store/cache.ts';
import type { Tree } from '../tree/tree.ts';
import type { BuiltImage, OpenImage } from './image.ts';
import { describeContents } from './inputs.ts';

/** `mountPoint`: of the container's file system, absolute on the machine; `modules`: of the kernel, that its image needs. */
export type KeptBundle = KeptBlob<'bundle', { readonly mountPoint: string; readonly modules: string }>;

export const bundleKind = { name: 'bundle', module: 'steps/bundle' };

/** `path`: the bundle's directory on the machine. */
export function planBundle(
  container: Container,
  path: string,
  image: Step<BuiltImage>,
  planning: Planning,
): Step<KeptBundle> {
  const place = path.slice('/containers/'.length);
  const contents = planning.once(describeContents);
  return planning.keep({
    kind: bundleKind,
    id: `bundle ${place}`,
    inputs: { container: contents[place] ?? '', names: contents.names ?? '' },
    needs: [image],
    async make(use, { cache, locked }) {
      const opened = await use(image).open();
      const bundle = await makeChecked(container, path, opened, locked.spec);
      const blob = await cache.putBlob(writeTar(bundle.tree, { clampMtime: 0 }), { derived: true });
      return {
        blobs: { bundle: blob },
        facts: { mountPoint: bundle.mountPoint, modules: modulesOf(opened.image).join(' ') },
      };
    },
  });
}

/** What is wrong with a container is found when its image is there, and is an error of its line. */
async function makeChecked(
  container: Container,
  path: string,
  { image, tree }: OpenImage,
  spec: Spec,
): Promise<Bundle> {
  try {
    const bundle = await makeBundle(container, path, image, tree, spec.names);
    requireProgram(container, bundle.start, tree);
    return bundle;
  } catch (thrown) {
    throw placed(thrown, () => spec.source.positionOf(container.pointer));
  }
}

export async function readBundle(
  { blobs, facts }: KeptBundle,
  cache: Cache,
): Promise<{ tree: Tree; mountPoint: string; modules: readonly string[] }> {
  return {
    tree: await readTarFile(cache.blobPath(blobs.bundle.digest)),
    mountPoint: facts.mountPoint,
    modules: facts.modules.split(' ').filter(Boolean),
  };
}
