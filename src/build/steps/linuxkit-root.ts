// The images of a spec to one root file system in LinuxKit's layout: what its tars hold, and what the archives of an
// initrd and the squashfs are made of.
import { flattenImage, placeTree, stripImage, usualPlaces } from '../../image/linuxkit-flatten.ts';
import { type KernelParts, readKernel } from '../../image/linuxkit-kernel.ts';
import {
  type ImagePart,
  type LinuxkitRoot,
  mergeRoot,
  type RootPart,
  volumeTree,
} from '../../image/linuxkit-root.ts';
import { osRelease } from '../../image/os-release.ts';
import { imageName } from '../../lock/image-name.ts';
import type { PlannedRoot } from '../../plan/step.ts';
import type { ImageReference } from '../../spec/reference.ts';
import { digestOf } from '../../store/digest-of.ts';
import { contentBytes } from '../../tree/content.ts';
import type { TreeNode } from '../../tree/node.ts';
import { readTarFile } from '../../tree/read-tar.ts';
import { directory, file, type ReadonlyTree, symlink, type Tree } from '../../tree/tree.ts';
import { blobOf, factOf, type Needs } from '../result.ts';
import { openImage, type Workshop } from '../workshop.ts';

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
  const nameOf = (id: string) => id.replace(/^(image|component) /, '');
  const sourceOf = (reference: ImageReference) => imageName(reference, spec.file);
  const parts: RootPart[] = [];
  let kernel: KernelParts | undefined;
  if (planned.kernel !== undefined && spec.kernel) {
    const { tree } = await openImage(workshop, needs, planned.kernel);
    kernel = await readKernel(tree, spec.kernel, nameOf(planned.kernel), workshop.cache);
    const source = sourceOf(spec.kernel.image);
    parts.push({ source, location: 'kernel', tree: bootTree(kernel, spec.kernel.cmdline) });
  }
  for (const [index, id] of planned.init.entries()) {
    const { tree } = await openImage(workshop, needs, id);
    const part = { source: sourceOf(spec.init[index]!.image), location: `init[${index}]` };
    if (index === 0) parts.push({ ...part, tree: ownTree(), fallback: true });
    parts.push({ ...part, tree: stripImage(tree) });
  }
  for (const [index, { volume, image: id }] of planned.volumes.entries()) {
    const image = id === undefined ? undefined : (await openImage(workshop, needs, id)).tree;
    const content = image && new Map([...usualPlaces('shared'), ...stripImage(image)]);
    const source = volume.image ? sourceOf(volume.image) : 'linuxkit.volumes';
    parts.push({ source, location: `volume[${index}]`, tree: volumeTree(volume, content) });
  }
  const containers = await containerParts(planned.containers, needs, workshop);
  const images = containers.images.map((image) => ({ ...image, part: image.part + parts.length }));
  parts.push(...containers.bundles);
  parts.push({ source: 'linuxkit.files', location: 'files', tree: files.tree });
  return { root: await mergeRoot(parts), images, ...(kernel && { kernel }) };

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

/** An image that several containers use is there once: the others lay their own memory over the first one's tree. */
async function containerParts(containers: PlannedRoot['containers'], needs: Needs, workshop: Workshop) {
  const places = new Map<string, string>();
  const counts = new Map<string, number>();
  const bundles: RootPart[] = [];
  const images: ImagePart[] = [];
  for (const { container, path, image: id, bundle: made } of containers) {
    const { digest } = blobOf(needs, id, 'manifest');
    const bundle = await readTarFile(workshop.cache.blobPath(blobOf(needs, made, 'bundle').digest));
    const mountPoint = factOf(needs, made, 'mountPoint') as string;
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
      key: digestOf({ image: digest, inside, flattening: 1 }),
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
