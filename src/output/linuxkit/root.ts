// The images of a spec to one root file system in LinuxKit's layout: what its tars hold, and what the archives of an
// initrd and the squashfs are made of.

import { placeInControlGroup } from '../../container/control-group.ts';
import type { Init } from '../../container/init/init.ts';
import { initOf } from '../../container/init/table.ts';
import { usualPlaces } from '../../container/places.ts';
import type { Planning } from '../../engine/planning.ts';
import type { Step, Use } from '../../engine/step.ts';
import type { Workshop } from '../../engine/workshop.ts';
import { osRelease } from '../../image/os-release.ts';
import { sbomPath } from '../../image/sbom.ts';
import { imageName } from '../../lock/image-name.ts';
import type { ImageReference } from '../../specification/reference.ts';
import type { Container, Os, Volume } from '../../specification/types.ts';
import { planBill } from '../../steps/bill.ts';
import { type KeptBundle, planBundle, readBundle } from '../../steps/bundle.ts';
import { type BuiltImage, planImage } from '../../steps/image.ts';
import { warnOfMicrocode } from '../../steps/initrd.ts';
import { describeContents, pathOfBundle } from '../../steps/inputs.ts';
import { type KeptLayout, openLayout, planLayout } from '../../steps/layout.ts';
import { digestOf } from '../../store/digest-of.ts';
import { contentBytes } from '../../tree/content.ts';
import type { TreeNode } from '../../tree/node.ts';
import { directory, file, type ReadonlyTree, symlink, type Tree } from '../../tree/tree.ts';
import { fillImage, flattenImage, placeTree, stripImage } from './flatten.ts';
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

interface PlannedContainer {
  readonly container: Container;
  /** The bundle's directory on the machine. */
  readonly path: string;
  readonly image: Step<BuiltImage>;
  readonly bundle: Step<KeptBundle>;
}

type PlannedVolume =
  | { readonly volume: Volume; readonly image: Step<BuiltImage> }
  | { readonly volume: Volume; readonly layout: Step<KeptLayout> }
  | { readonly volume: Volume; readonly empty: true };

interface PlannedRoot {
  readonly kernel?: Step<BuiltImage>;
  readonly init: readonly Step<BuiltImage>[];
  readonly volumes: readonly PlannedVolume[];
  readonly containers: readonly PlannedContainer[];
}

export const rootKind = { name: 'root', module: 'output/linuxkit/root' };

export function planRoot(planning: Planning): Step<ComposedRoot> {
  const { locked, options } = planning;
  const { spec, epoch } = locked;
  const planned: PlannedRoot = {
    ...(spec.kernel && { kernel: planImage(spec.kernel.image, planning) }),
    init: spec.init.map(({ image }) => planImage(image, planning)),
    volumes: spec.volumes.map((volume) => planVolume(volume, planning)),
    containers: [spec.onboot, spec.onshutdown, spec.services].flatMap((section) =>
      section.map((container, index) => {
        const path = pathOfBundle(container, index);
        const image = planImage(container.image, planning);
        return { container, path, image, bundle: planBundle(container, path, image, planning) };
      }),
    ),
  };
  const { cmdline = '', binary = '', tar = '', ucode = '' } = spec.kernel ?? {};
  const bill = (options.sbom ?? true) ? planning.once(planBill) : undefined;
  return planning.compose({
    kind: rootKind,
    id: 'root',
    inputs: {
      ...planning.once(describeContents),
      cmdline,
      kernel: [binary, tar, ucode].join(' '),
      epoch: String(epoch),
    },
    needs: [...new Set([...stepsOf(planned), ...(bill ? [bill] : [])])],
    make: (use, workshop) => composeRoot(planned, bill, use, workshop),
  });
}

function planVolume(volume: Volume, planning: Planning): PlannedVolume {
  const { image, format, platforms } = volume;
  if (!image) return { volume, empty: true };
  return format === 'oci'
    ? { volume, layout: planLayout(image, platforms, planning) }
    : { volume, image: planImage(image, planning) };
}

function stepsOf({ kernel, init, volumes, containers }: PlannedRoot): Step[] {
  const filled = volumes.flatMap((each): Step[] =>
    'image' in each ? [each.image] : 'layout' in each ? [each.layout] : [],
  );
  const used = containers.flatMap(({ image, bundle }): Step[] => [bundle, image]);
  return [...(kernel ? [kernel] : []), ...init, ...filled, ...used];
}

async function composeRoot(
  planned: PlannedRoot,
  bill: Step<string> | undefined,
  use: Use,
  workshop: Workshop,
): Promise<ComposedRoot> {
  const { spec, files } = workshop.locked;
  const sourceOf = (reference: ImageReference) => imageName(reference, spec.file);
  const parts: RootPart[] = [];
  const kernel = planned.kernel && (await openKernel(use(planned.kernel), workshop));
  if (kernel && spec.kernel) {
    const source = sourceOf(spec.kernel.image);
    parts.push({ source, location: 'kernel', tree: bootTree(kernel, spec.kernel.cmdline) });
  }
  const initTrees: ReadonlyTree[] = [];
  for (const [index, image] of planned.init.entries()) {
    const { tree } = await use(image).open();
    initTrees.push(tree);
    const part = { source: sourceOf(spec.init[index]!.image), location: `init[${index}]` };
    if (index === 0) parts.push({ ...part, tree: ownTree(spec.os), fallback: true });
    parts.push({ ...part, tree: stripImage(tree) });
  }
  for (const [index, each] of planned.volumes.entries()) {
    const { volume } = each;
    const source = volume.image ? sourceOf(volume.image) : 'linuxkit.volumes';
    const tree = volumeTree(volume, await openVolume(each, use, workshop));
    parts.push({ source, location: `volume[${index}]`, tree });
  }
  const init = await initOf(initTrees);
  const containers = await containerParts(planned.containers, init, use, workshop);
  const images = containers.images.map((image) => ({ ...image, part: image.part + parts.length }));
  parts.push(...containers.bundles);
  parts.push({ source: 'linuxkit.files', location: 'files', tree: files.tree });
  if (bill) {
    const tree: Tree = new Map([[sbomPath, file(use(bill))]]);
    parts.push({ source: 'linuxkit.sbom', location: sbomLocation, tree, fallback: true });
  }
  return { root: await mergeRoot(parts), images, ...(kernel && { kernel }) };
}

async function openKernel(image: BuiltImage, { cache, context, locked }: Workshop): Promise<KernelParts> {
  const { kernel: wanted, file } = locked.spec;
  const kernel = await readKernel((await image.open()).tree, wanted!, image.name, cache);
  if (wanted!.ucode !== undefined && !kernel.ucode)
    warnOfMicrocode(imageName(wanted!.image, file), wanted!.ucode, context.reporter);
  return kernel;
}

async function openVolume(
  volume: PlannedVolume,
  use: Use,
  { cache }: Workshop,
): Promise<ReadonlyTree | undefined> {
  if ('layout' in volume) return openLayout(use(volume.layout), cache);
  return 'image' in volume ? fillImage((await use(volume.image).open()).tree, 'shared') : undefined;
}

/** Where no init image says otherwise. */
function ownTree(os: Os): Tree {
  return usualPlaces('shared')
    .set('usr/lib/os-release', file(osRelease(os)))
    .set('etc/os-release', symlink('../usr/lib/os-release'));
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
async function containerParts(
  containers: readonly PlannedContainer[],
  init: Init | undefined,
  use: Use,
  workshop: Workshop,
) {
  const places = new Map<string, string>();
  const counts = new Map<string, number>();
  const bundles: RootPart[] = [];
  const images: ImagePart[] = [];
  for (const { container, path, image, bundle: made } of containers) {
    const { digest, open } = use(image);
    const { tree: bundle, mountPoint } = await readBundle(use(made), workshop.cache);
    await placeInControlGroup(bundle, path, init);
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
      key: digestOf({ image: digest, inside }),
      open: async () => placeTree(flattenImage((await open()).tree), inside),
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
