// By which name the cache lists an image, and how one that was built comes into that list.
import { resolve } from 'node:path';
import type { Context } from '../../lock/context.ts';
import type { Image } from '../../oci/image.ts';
import { recordImage, recordName } from '../../oci/list.ts';
import { completeReference, formatRegistryReference } from '../../oci/reference.ts';
import { formatReference, type ImageReference, parseReference } from '../../specification/reference.ts';
import { targetArch } from '../options.ts';
import type { Session } from '../session.ts';

/** What a component's image is found by later. `name`: as in a spec. */
export async function recordBuilt(image: Image, name: string, { io, globals }: Session, { cache }: Context) {
  const listed = listedName(parseReference(name), io.cwd) ?? name;
  await recordImage(cache, image, listed);
  await recordName(cache, listed, targetArch(globals, io), image.digest);
}

/** Undefined for what may be another image by now: layouts, archives and packages of LinuxKit are looked at each time. */
export function listedName(reference: ImageReference, cwd: string): string | undefined {
  if (reference.kind === 'registry') return formatRegistryReference(completeReference(reference));
  if (reference.kind === 'component') return formatReference(reference);
  return reference.kind === 'directory' ? resolve(cwd, reference.path) : undefined;
}
