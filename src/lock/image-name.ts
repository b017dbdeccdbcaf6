// The name that an image goes by in the lock, in plans and in images: as the spec writes it. The spec's paths have become
// the host's when it was read; here they are relative to the spec again, so that a name says nothing of where the spec
// lies or where the command was called from.
import { dirname, isAbsolute, relative } from 'node:path';
import { formatReference, type ImageReference } from '../specification/reference.ts';
import type { ImageName } from './locked-spec.ts';

export function imageName(reference: ImageReference, specFile: string): ImageName {
  if (reference.kind === 'component' || reference.kind === 'registry') return formatReference(reference);
  return formatReference({ ...reference, path: besideSpec(reference.path, dirname(specFile)) });
}

/** For a volume's layout, which has not the one platform that is built for but all of them. */
export const wholeName = (name: ImageName): ImageName => `${name} (all platforms)`;

function besideSpec(path: string, directory: string): string {
  if (isAbsolute(path) !== isAbsolute(directory)) return path;
  const way = relative(directory, path);
  return /^\.\.?(\/|$)/.test(way) ? way : `./${way}`;
}
