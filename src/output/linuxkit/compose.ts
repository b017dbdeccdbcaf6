// The images of a spec to one root file system in LinuxKit's layout: what its tars hold, and what the archives of an
// initrd and the squashfs are made of.

import { blobOf, type Needs } from '../../engine/result.ts';
import type { PlannedRoot } from '../../engine/step.ts';
import { imageNameOf, openImage, type Workshop } from '../../engine/workshop.ts';
import { osRelease } from '../../image/os-release.ts';
import { printSbom, type SbomImage, type SbomSubject, sbomPath } from '../../image/sbom.ts';
import { imageName, wholeName } from '../../lock/image-name.ts';
import type { ImageReference } from '../../specification/reference.ts';
import type { Volume } from '../../specification/types.ts';
import { readBundle } from '../../steps/bundle.ts';
import { openLayout } from '../../steps/layout.ts';
import { digestOf } from '../../store/digest-of.ts';
import { contentBytes } from '../../tree/content.ts';
import type { TreeNode } from '../../tree/node.ts';
import { directory, file, type ReadonlyTree, symlink, type Tree } from '../../tree/tree.ts';
import { fillImage, flattenImage, placeTree, stripImage, usualPlaces } from './flatten.ts';
import { type KernelParts, readKernel } from './kernel.ts';
import {
  type ImagePart,
  type LinuxkitRoot,
  mergeRoot,
  type RootPart,
  sbomLocation,
  volumeTree,
} from './merge-root.ts';

export interface ComposedRoot {
  /** Without the containers' file systems. */
  readonly root: LinuxkitRoot;
  readonly images: readonly ImagePart[];
  readonly kernel?: KernelParts;
}

export async function composeRoot(
  planned: PlannedRoot,
  needs: Needs,
  workshop: Workshop,
): Promise<ComposedRoot> {
  const { spec, files } = workshop.locked;
  const sourceOf = (reference: ImageReference) => imageName(reference, spec.file);
  const parts: RootPart[] = [];
  let kernel: KernelParts | undefined;
  if (planned.kernel !== undefined && spec.kernel) {
    const { tree } = await openImage(workshop, needs, planned.kernel);
    kernel = await readKernel(tree, spec.kernel, imageNameOf(planned.kernel), workshop.cache);
    const source = sourceOf(spec.kernel.image);
    if (spec.kernel.ucode !== undefined && !kernel.ucode) {
      // As for LinuxKit: one spec serves kernels of several architectures, of which only some have any.
      workshop.context.reporter.warn(
        `${source} has no /${spec.kernel.ucode}: the machine starts without microcode`,
        'Leave kernel.ucode out, or mend its name.',
      );
    }
    parts.push({ source, location: 'kernel', tree: bootTree(kernel, spec.kernel.cmdline) });
  }
  for (const [index, id] of planned.init.entries()) {
    const { tree } = await openImage(workshop, needs, id);
    const part = { source: sourceOf(spec.init[index]!.image), location: `init[${index}]` };
    if (index === 0) parts.push({ ...part, tree: ownTree(), fallback: true });
    parts.push({ ...part, tree: stripImage(tree) });
  }
  for (const [index, { volume, image: id }] of planned.volumes.entries()) {
    const content = id === undefined ? undefined : await volumeContent(volume, id);
    const source = volume.image ? sourceOf(volume.image) : 'linuxkit.volumes';
    parts.push({ source, location: `volume[${index}]`, tree: volumeTree(volume, content) });
  }
  const containers = await containerParts(planned.containers, needs, workshop);
  const images = containers.images.map((image) => ({ ...image, part: image.part + parts.length }));
  parts.push(...containers.bundles);
  parts.push({ source: 'linuxkit.files', location: 'files', tree: files.tree });
  if (planned.sbom) {
    const tree: Tree = new Map([[sbomPath, file(printSbom(subjectOf(planned, needs, workshop)))]]);
    parts.push({ source: 'linuxkit.sbom', location: sbomLocation, tree, fallback: true });
  }
  return { root: await mergeRoot(parts), images, ...(kernel && { kernel }) };

  async function volumeContent({ format }: Volume, id: string): Promise<ReadonlyTree> {
    if (format === 'oci') return openLayout(id, needs, workshop);
    const { tree } = await openImage(workshop, needs, id);
    return fillImage(tree, 'shared');
  }

  /** Where no init image says otherwise. */
  function ownTree(): Tree {
    const tree = usualPlaces('shared');
    const { os } = spec;
    tree
      .set('usr/lib/os-release', file(osRelease(os)))
      .set('etc/os-release', symlink('../usr/lib/os-release'));
    return tree;
  }
}

function bootTree({ kernel, modules, ucode }: KernelParts, cmdline: string): Tree {
  const plain = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0 } as const;
  const tree: Tree = new Map<string, TreeNode>([
    ['boot', directory()],
    ['boot/cmdline', file(cmdline)],
    ['boot/kernel', { ...plain, content: kernel }],
    ...modules,
  ]);
  if (ucode) tree.set('boot/ucode.cpio', { ...plain, content: ucode });
  return tree;
}

/** Every image that the root file system is made of. */
function subjectOf(planned: PlannedRoot, needs: Needs, { locked }: Workshop): SbomSubject {
  const { spec, arch, epoch } = locked;
  const describe = (reference: ImageReference, id: string, whole = false): SbomImage => {
    const name = imageName(reference, spec.file);
    const found = (whole ? locked.images.get(wholeName(name)) : undefined) ?? locked.images.get(name);
    const digest = found?.kind === 'whole' ? found.image.digest : blobOf(needs, id, manifestOf(whole)).digest;
    const packages = found?.kind === 'component' ? found.component.packages : [];
    return { name, reference, digest, packages };
  };
  const images = [
    ...(spec.kernel && planned.kernel !== undefined ? [describe(spec.kernel.image, planned.kernel)] : []),
    ...planned.init.map((id, index) => describe(spec.init[index]!.image, id)),
    ...planned.volumes.flatMap(({ volume, image }) =>
      volume.image && image !== undefined ? [describe(volume.image, image, volume.format === 'oci')] : [],
    ),
    ...planned.containers.map(({ container, image }) => describe(container.image, image)),
  ];
  return { os: spec.os, arch, created: epoch, images };
}

/** By which a step calls the manifest of the one image that it has. */
const manifestOf = (layout: boolean): string => (layout ? 'image 0 manifest' : 'manifest');

/** An image that several containers use is there once: the others lay their own memory over the first one's tree. */
async function containerParts(containers: PlannedRoot['containers'], needs: Needs, workshop: Workshop) {
  const places = new Map<string, string>();
  const counts = new Map<string, number>();
  const bundles: RootPart[] = [];
  const images: ImagePart[] = [];
  for (const { container, path, image: id, bundle: made } of containers) {
    const { digest } = blobOf(needs, id, 'manifest');
    const { tree: bundle, mountPoint } = await readBundle(made, needs, workshop);
    const index = counts.get(container.section) ?? 0;
    counts.set(container.section, index + 1);
    const source = imageName(container.image, workshop.locked.spec.file);
    const part = { source, location: `${container.section}[${index}]` };
    const place = places.get(digest);
    if (place !== undefined) {
      bundles.push({ ...part, tree: await borrowing(bundle, path.slice(1), mountPoint, place) });
      continue;
    }
    places.set(digest, mountPoint);
    const inside = mountPoint.slice(1);
    images.push({
      ...part,
      part: bundles.length,
      key: digestOf({ image: digest, inside, flattening: 2 }),
      open: async () => placeTree(flattenImage((await openImage(workshop, needs, id)).tree), inside),
    });
    bundle.delete(inside);
    bundles.push({ ...part, tree: bundle });
  }
  return { bundles, images };
}

/** The bundle with `first` in its runtime.json where its own tree would be. */
async function borrowing(bundle: ReadonlyTree, place: string, own: string, first: string): Promise<Tree> {
  const path = `${place}/runtime.json`;
  const node = bundle.get(path);
  if (node?.type !== 'file') throw new Error(`a bundle without ${path}`);
  const runtime = JSON.parse(Buffer.from(await contentBytes(node.content)).toString('utf8')) as {
    mounts?: { source?: string; destination: string; options?: string[] }[];
  };
  for (const mount of runtime.mounts ?? []) {
    if (mount.source === own && mount.destination === own) mount.source = first;
    if (!mount.options) continue;
    mount.options = mount.options.map((each) => (each === `lowerdir=${own}` ? `lowerdir=${first}` : each));
  }
  return new Map([...bundle, [path, file(`${JSON.stringify(runtime, undefined, 4)}\n`)]]);
}
