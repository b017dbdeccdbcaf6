// What a pointer says of a release: enough to decide, and the hash of the manifest that says the rest.

import { type Fields, hasField, numberField, objectField, textField } from '../base/fields.ts';
import type { ReleaseVersion } from '../base/flavour.ts';
import type { Json } from '../base/json.ts';

export interface ReleaseRef {
  readonly version: ReleaseVersion;
  /** Raised only when older releases must never run again. */
  readonly epoch: number;
  /** The oldest version that may update to this one directly. */
  readonly minFrom?: string;
  readonly manifest: { readonly name: string; readonly size: number; readonly sha256: string };
}

export const versionForm = /^[0-9A-Za-z][0-9A-Za-z.+~_-]{0,62}$/;
export const sha256Form = /^[0-9a-f]{64}$/;
export const targetForm = /^[A-Za-z0-9_][A-Za-z0-9._~+-]{0,199}$/;
export const mostEpoch = 1_000_000;

export function readReleaseRef(fields: Fields): ReleaseRef {
  const manifest = objectField(fields, 'manifest');
  return {
    version: textField(fields, 'version', versionForm),
    epoch: numberField(fields, 'epoch', 0, mostEpoch),
    ...(hasField(fields, 'min_from') ? { minFrom: textField(fields, 'min_from', versionForm) } : {}),
    manifest: {
      name: textField(manifest, 'name', targetForm),
      size: numberField(manifest, 'size', 1, 1_000_000),
      sha256: textField(manifest, 'sha256', sha256Form),
    },
  };
}

export function releaseRefJson({ version, epoch, minFrom, manifest }: ReleaseRef): Json {
  return { version, epoch, min_from: minFrom, manifest };
}
