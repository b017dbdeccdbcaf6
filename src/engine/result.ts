// What a step made, as it is remembered under the step's key: blobs in the cache by name, and facts about them.
import { stat } from 'node:fs/promises';
import { isDigest } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { Image } from '../oci/image.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';

export interface Kept<
  Blobs extends Readonly<Record<string, Blob>> = Readonly<Record<string, Blob>>,
  Facts extends object = object,
> {
  readonly blobs: Blobs;
  /** Of JSON's types. */
  readonly facts: Facts;
}

/** One blob, by the name that is given to it. */
export type KeptBlob<Name extends string, Facts extends object = object> = Kept<
  Readonly<Record<Name, Blob>>,
  Facts
>;

/**
 * Undefined if it is none: a cache of an older version, say. What its names are is not looked at: the key that it lay
 * under has the digest of the code that wrote it.
 */
export function parseKept(value: Json | undefined): Kept | undefined {
  const { blobs, facts } = (value ?? {}) as { blobs?: Record<string, Blob>; facts?: object };
  if (!blobs || !facts) return undefined;
  const valid = Object.values(blobs).every(
    ({ digest, size }) => isDigest(digest) && Number.isSafeInteger(size),
  );
  return valid ? { blobs, facts } : undefined;
}

/** Of packages by name, as SPDX expressions: what they say of their licences. */
export type Licences = Readonly<Record<string, string>>;

/** An image: its manifest, its configuration and its layers. */
export type KeptImage = Kept<
  Readonly<Record<'manifest' | 'config' | `layer ${number}`, Blob>>,
  { readonly licences?: Licences }
>;

export async function keepImage(
  { digest, manifest }: Image,
  cache: Cache,
  facts: KeptImage['facts'] = {},
): Promise<KeptImage> {
  const { size } = await stat(cache.blobPath(digest));
  const blob = ({ digest, size }: Blob): Blob => ({ digest, size });
  const layers = manifest.layers.map((layer, index) => [`layer ${index}`, blob(layer)] as const);
  return {
    blobs: { manifest: { digest, size }, config: blob(manifest.config), ...Object.fromEntries(layers) },
    facts,
  };
}
