// The image layout that a volume holds (image-spec 1.1, image-layout.md): one entry at its top, the image itself or, where
// it has several platforms, an index of them, so that every reader finds one image under its name.
import { canonicalJson, type Json } from '../base/json.ts';
import { formatReference, type ImageReference } from '../specification/reference.ts';
import type { Cache } from '../store/cache.ts';
import { sizeOf } from '../tree/content.ts';
import { addParents, directory, file, type Tree } from '../tree/tree.ts';
import type { PlatformImage } from './every-platform.ts';
import { layoutTree } from './export.ts';
import { mediaTypes } from './image.ts';
import { blobName, digestOfBytes } from './layout.ts';
import { completeReference, formatRegistryReference } from './reference.ts';

/** The images in their order: of several for one platform, readers take the first. */
export async function volumeLayout(
  cache: Cache,
  listed: readonly PlatformImage[],
  name: string,
): Promise<Tree> {
  const images = new Map(listed.map(({ image }) => [image.digest, image]));
  const files = await layoutTree(cache, [...images.values()]);
  const tree: Tree = new Map([['', directory()], ...files]);
  const entries = listed.map(({ image: { digest, manifest }, platform }) => ({
    mediaType: manifest.mediaType,
    digest,
    size: sizeAt(tree, blobName(digest)),
    platform: { ...platform },
  }));
  const [only, ...others] = entries;
  const entry = only && others.length === 0 ? only : addIndex(tree, entries);
  const annotations = { 'org.opencontainers.image.ref.name': name };
  return tree.set('index.json', file(indexOf([{ ...entry, annotations }])));
}

function addIndex(tree: Tree, entries: readonly Json[]) {
  const bytes = Buffer.from(indexOf(entries));
  const digest = digestOfBytes(bytes);
  const path = blobName(digest);
  tree.set(path, file(bytes));
  addParents(tree, path);
  return { mediaType: mediaTypes.index, digest, size: bytes.length };
}

const indexOf = (manifests: readonly Json[]): string =>
  canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });

function sizeAt(tree: Tree, path: string): number {
  const node = tree.get(path);
  if (node?.type !== 'file') throw new RangeError(`the layout has no file ${path}`);
  return sizeOf(node.content);
}

/** What LinuxKit writes: for an image of a registry the name that it has there. */
export function layoutName(reference: ImageReference): string {
  if (reference.kind === 'registry') return formatRegistryReference(completeReference(reference));
  if (reference.kind === 'component') return reference.name;
  return 'tag' in reference && reference.tag !== undefined
    ? reference.tag
    : nameOfPath(formatReference(reference));
}

/** Nothing of the machine that builds: the last part of the path alone. */
const nameOfPath = (text: string): string => text.replace(/\/+$/, '').replace(/^.*[/:]/, '') || 'image';
