// An image as the commands `image …` are given it: one of the cache by name or digest, else fetched as a spec would.
import { resolve } from 'node:path';
import { CatamaranError } from '../../base/errors.ts';
import type { Context } from '../../lock/context.ts';
import { imageOfPackage } from '../../lock/linuxkit-package.ts';
import type { Image } from '../../oci/image.ts';
import { findByDigest, findNamed, recordImage, recordName } from '../../oci/list.ts';
import type { ImageOrigin } from '../../oci/origin.ts';
import { completeReference, formatRegistryReference } from '../../oci/reference.ts';
import { pullImage, resolveImage } from '../../oci/resolve.ts';
import { formatReference, type ImageReference, parseReference } from '../../specification/reference.ts';
import { targetArch } from '../options.ts';
import type { Session } from '../session.ts';

export interface NamedImage {
  readonly name: string;
  readonly image: Image;
}

export async function openNamed(text: string, session: Session, context: Context): Promise<NamedImage> {
  const { io, globals } = session;
  const listed = listedName(parseReference(text), io.cwd);
  const named =
    listed === undefined ? undefined : await findNamed(context.cache, listed, targetArch(globals, io));
  return named ?? (await findByDigest(context.cache, text)) ?? fetchNamed(text, session, context);
}

/** Asks its source, whatever the cache has. */
export async function fetchNamed(text: string, session: Session, context: Context): Promise<NamedImage> {
  const { cache } = context;
  const origin = await originOf(text, session);
  const access = { cache, registries: await context.registries(), directory: session.io.cwd };
  const resolved = await resolveImage(origin, { ...access, arch: targetArch(session.globals, session.io) });
  return { name: formatReference(origin), image: await pullImage(resolved, access) };
}

/** What a component's image is found by later. `name`: as in a spec. */
export async function recordBuilt(image: Image, name: string, { io, globals }: Session, { cache }: Context) {
  const listed = listedName(parseReference(name), io.cwd) ?? name;
  await recordImage(cache, image, listed);
  await recordName(cache, listed, targetArch(globals, io), image.digest);
}

/** Undefined for what may be another image by now: layouts, archives and packages of LinuxKit are looked at each time. */
function listedName(reference: ImageReference, cwd: string): string | undefined {
  if (reference.kind === 'registry') return formatRegistryReference(completeReference(reference));
  if (reference.kind === 'component') return formatReference(reference);
  return reference.kind === 'directory' ? resolve(cwd, reference.path) : undefined;
}

/** With absolute paths: by those the cache lists it. */
async function originOf(text: string, { io, globals, signal }: Session): Promise<ImageOrigin> {
  const reference = parseReference(text);
  if (reference.kind === 'registry') return reference;
  if (reference.kind === 'package') return imageOfPackage(resolve(io.cwd, reference.path), signal);
  if (reference.kind !== 'component' && reference.kind !== 'directory') {
    return { ...reference, path: resolve(io.cwd, reference.path) };
  }
  throw new CatamaranError('usage', {
    code: 'image-not-fetched',
    message: `${text} is a component, and not in the cache as an image for ${targetArch(globals, io)}`,
    hint: `Build it: catamaran component build ${text.replace(/^component:/, '')}`,
  });
}
