// A reference of the spec → the source that answers it. Components and directories are built and not fetched, and
// so have none here; a package of LinuxKit stands for an image of a registry.
import { resolve } from 'node:path';
import { formatReference, type ImageReference } from '../specification/reference.ts';
import type { Cache } from '../store/cache.ts';
import { dockerArchiveSource, ociArchiveSource } from './archive.ts';
import { filesOf, layoutSource } from './layout.ts';
import { completeReference } from './reference.ts';
import type { RegistryClient } from './registry.ts';
import { registrySource } from './registry-source.ts';
import type { ImageSource } from './source.ts';

/** What can be fetched. */
export type ImageOrigin = Exclude<ImageReference, { kind: 'component' | 'directory' | 'package' }>;

export interface ImageAccess {
  readonly cache: Cache;
  readonly registries: RegistryClient;
  /** Where the paths of layouts and archives start from: the spec's directory. */
  readonly directory: string;
}

export function openSource(origin: ImageOrigin, { cache, registries, directory }: ImageAccess): ImageSource {
  if (origin.kind === 'registry') return registrySource(registries, completeReference(origin), cache);
  const name = formatReference(origin);
  const path = resolve(directory, origin.path);
  if (origin.kind === 'oci') return layoutSource(name, filesOf(path), origin.tag, cache);
  if (origin.kind === 'oci-archive') return ociArchiveSource(name, path, origin.tag, cache);
  return dockerArchiveSource(name, path, origin.tag, cache);
}
