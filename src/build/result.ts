// What a step made, as it is remembered under the step's key: blobs in the cache by name, and facts about them.
import { isDigest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { Blob } from '../store/cache.ts';

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
