// An image, wherever it comes from, as the other steps take it: by its digest, opened by the first that looks into it.
import type { Arch } from '../base/arch.ts';
import type { Digest } from '../base/digest.ts';
import type { Planning } from '../engine/planning.ts';
import type { KeptImage, Licences } from '../engine/result.ts';
import type { Step } from '../engine/step.ts';
import { imageName } from '../lock/image-name.ts';
import type { LockedImage } from '../lock/locked-spec.ts';
import { imageTree } from '../oci/flatten.ts';
import type { Image } from '../oci/image.ts';
import { loadImage } from '../oci/store.ts';
import type { ImageReference } from '../specification/reference.ts';
import type { Cache } from '../store/cache.ts';
import { lostBlob } from '../store/lost-blob.ts';
import type { ReadonlyTree } from '../tree/tree.ts';
import { planComponent } from './component.ts';
import { planPull } from './pull.ts';

export interface BuiltImage {
  /** What errors call it. */
  readonly name: string;
  /** The same, with what it is: `component ./mine`. */
  readonly title: string;
  /** Of the manifest. */
  readonly digest: Digest;
  /** Of the packages of a component. */
  readonly licences: Licences;
  /** Reads it once, however often it is asked. */
  open(): Promise<OpenImage>;
}

export interface OpenImage {
  readonly image: Image;
  readonly tree: ReadonlyTree;
}

export const imageKind = { name: 'image', module: 'steps/image' };

export function planImage(reference: ImageReference, planning: Planning): Step<BuiltImage> {
  const name = imageName(reference, planning.locked.spec.file);
  const source = planSource(name, planning);
  const shown = source.id.replace(/^(image|component) /, '');
  return planning.compose({
    kind: imageKind,
    id: `opened ${shown}`,
    inputs: {},
    needs: [source],
    make: async (use, { cache, locked: { arch } }) => {
      const { blobs, facts } = use(source);
      const called = { name: shown, title: source.id, licences: facts.licences ?? {} };
      return describeImage(cache, blobs.manifest.digest, called, arch);
    },
  });
}

function planSource(name: string, planning: Planning): Step<KeptImage> {
  const found: LockedImage | undefined = planning.locked.images.get(name);
  if (!found) throw new RangeError(`${name} was not locked`);
  if (found.kind === 'whole') throw new RangeError(`${name} is no image to be unpacked`);
  return found.kind === 'pulled'
    ? planPull(found.name, found.image, planning)
    : planComponent(found.name, found.component, planning);
}

/** `arch`: what it was resolved for, which its config need not know. */
function describeImage(
  cache: Cache,
  digest: Digest,
  called: Pick<BuiltImage, 'name' | 'title' | 'licences'>,
  arch: Arch,
): BuiltImage {
  let opened: Promise<OpenImage> | undefined;
  return {
    ...called,
    digest,
    open() {
      opened ??= openImage(cache, digest, called.name, arch);
      return opened;
    },
  };
}

async function openImage(cache: Cache, digest: Digest, name: string, arch: Arch): Promise<OpenImage> {
  const image = await loadImage(cache, digest, name);
  if (!image) throw lostBlob(digest);
  const config = { ...image.config, os: 'linux', architecture: arch };
  return { image: { ...image, config }, tree: await imageTree(cache, image, name) };
}
