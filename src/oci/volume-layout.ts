// The image layout that a volume holds (image-spec 1.1, image-layout.md): one entry at its top, the image itself or, where
// it has several platforms, an index of them, so that every reader finds one image under its name.
import { canonicalJson, type Json } from '../base/json.ts';
import { formatReference, type ImageReference } from '../spec/reference.ts';
import type { Cache } from '../store/cache.ts';
import { addParents, directory, file, type Tree } from '../tree/tree.ts';
import { layoutTree } from './export.ts';
import { type Image, mediaTypes } from './image.ts';
import { blobName, digestOfBytes } from './layout.ts';
import { completeReference, formatRegistryReference } from './reference.ts';

export async function volumeLayout(cache: Cache, images: readonly Image[], name: string): Promise<Tree> {
  const named = await layoutTree(cache, images, images.length === 1 ? name : undefined);
  const tree: Tree = new Map([['', directory()], ...named]);
  if (images.length === 1) return tree;
  const index = named.get('index.json')!;
  if (index.type !== 'file' || index.content.at !== 'memory')
    throw new TypeError('an index that is not at hand');
  const { bytes } = index.content;
  const digest = digestOfBytes(bytes);
  const path = blobName(digest);
  tree.set(path, file(Buffer.from(bytes)));
  addParents(tree, path);
  const entry = {
    mediaType: mediaTypes.index,
    digest,
    size: bytes.length,
    annotations: { 'org.opencontainers.image.ref.name': name },
  };
  const top: Json = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [entry] };
  return tree.set('index.json', file(canonicalJson(top)));
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
