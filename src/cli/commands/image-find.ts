// An image as the commands `image …` are given it: one of the cache by name or digest, else fetched as a spec would, or
// built where it is a component.
import { resolve } from 'node:path';
import type { Context } from '../../lock/context.ts';
import { imageOfPackage } from '../../lock/linuxkit-package.ts';
import type { Image } from '../../oci/image.ts';
import { findByDigest, findNamed } from '../../oci/list.ts';
import type { ImageOrigin } from '../../oci/origin.ts';
import { pullImage, resolveImage } from '../../oci/resolve.ts';
import { formatReference, parseReference } from '../../specification/reference.ts';
import { targetArch } from '../options.ts';
import type { Session } from '../session.ts';
import { buildNamed } from './component-build.ts';
import { listedName } from './image-record.ts';

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
  const reference = parseReference(text);
  if (reference.kind === 'component') return buildNamed(reference.name, session, context);
  if (reference.kind === 'directory') return buildNamed(text, session, context);
  const { cache } = context;
  const origin = await originOf(text, session);
  const access = { cache, registries: await context.registries(), directory: session.io.cwd };
  const resolved = await resolveImage(origin, { ...access, arch: targetArch(session.globals, session.io) });
  return { name: formatReference(origin), image: await pullImage(resolved, access) };
}

/** With absolute paths: by those the cache lists it. */
async function originOf(text: string, { io, signal }: Session): Promise<ImageOrigin> {
  const reference = parseReference(text);
  if (reference.kind === 'registry') return reference;
  if (reference.kind === 'package') return imageOfPackage(resolve(io.cwd, reference.path), signal);
  if (reference.kind !== 'component' && reference.kind !== 'directory') {
    return { ...reference, path: resolve(io.cwd, reference.path) };
  }
  throw new Error(`${text} is built, and not fetched`);
}
