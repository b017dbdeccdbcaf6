// What a step made, as it is remembered under the step's key: blobs in the cache by name, and facts about them.

import { stat } from 'node:fs/promises';
import { isDigest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { Image } from '../oci/image.ts';
import type { Blob, Cache } from '../store/cache.ts';

export interface StepResult {
  readonly blobs: Readonly<Record<string, Blob>>;
  readonly facts: Readonly<Record<string, Json>>;
}

/** The steps that another one needs, by their ids. */
export type Needs = ReadonlyMap<string, StepResult>;

export function blobOf(needs: Needs, step: string, name: string): Blob {
  const blob = needs.get(step)?.blobs[name];
  if (!blob) throw internal(`${step} made no ${name}`);
  return blob;
}

export function factOf(needs: Needs, step: string, name: string): Json {
  const fact = needs.get(step)?.facts[name];
  if (fact === undefined) throw internal(`${step} says nothing of ${name}`);
  return fact;
}

/** Undefined if it is none: a cache of an older version, say. */
export function parseResult(value: Json | undefined): StepResult | undefined {
  const { blobs, facts } = (value ?? {}) as { blobs?: Record<string, Blob>; facts?: Record<string, Json> };
  if (!blobs || !facts) return undefined;
  const valid = Object.values(blobs).every(
    ({ digest, size }) => isDigest(digest) && Number.isSafeInteger(size),
  );
  return valid ? { blobs, facts } : undefined;
}

function internal(message: string): CatamaranError {
  return new CatamaranError('internal', { code: 'step-result', message });
}

/** An image as a result: all that it consists of. */
export async function imageResult({ digest, manifest }: Image, cache: Cache): Promise<StepResult> {
  const { size } = await stat(cache.blobPath(digest));
  const blob = ({ digest, size }: Blob): Blob => ({ digest, size });
  const layers = manifest.layers.map((layer, index) => [`layer ${index}`, blob(layer)] as const);
  return {
    blobs: { manifest: { digest, size }, config: blob(manifest.config), ...Object.fromEntries(layers) },
    facts: {},
  };
}
