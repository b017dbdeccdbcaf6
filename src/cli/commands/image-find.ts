// An image as the commands `image …` are given it: one of the cache by name or digest, else fetched as a spec would.
import { CatamaranError } from '../../base/errors.ts';
import type { Context } from '../../lock/context.ts';
import type { Image } from '../../oci/image.ts';
import { findImage } from '../../oci/list.ts';
import type { ImageOrigin } from '../../oci/origin.ts';
import { pullImage, resolveImage } from '../../oci/resolve.ts';
import { formatReference, parseReference } from '../../spec/reference.ts';
import { targetArch } from '../options.ts';
import type { Session } from '../session.ts';

export interface NamedImage {
  readonly name: string;
  readonly image: Image;
}

export async function openNamed(text: string, session: Session, context: Context): Promise<NamedImage> {
  const known = await findImage(context.cache, text);
  if (known) return known;
  return fetchNamed(text, session, context);
}

/** Asks its source, whatever the cache has. */
export async function fetchNamed(text: string, session: Session, context: Context): Promise<NamedImage> {
  const origin = originOf(text);
  const { cache } = context;
  const access = { cache, registries: await context.registries(), directory: session.io.cwd };
  const resolved = await resolveImage(origin, { ...access, arch: targetArch(session.globals, session.io) });
  return { name: formatReference(origin), image: await pullImage(resolved, access) };
}

function originOf(text: string): ImageOrigin {
  const reference = parseReference(text);
  if (reference.kind !== 'component' && reference.kind !== 'directory') return reference;
  throw new CatamaranError('usage', {
    code: 'image-not-fetched',
    message: `${text} is a component, and not in the cache as an image`,
    hint: `Build it: catamaran component build ${text.replace(/^component:/, '')}`,
  });
}
