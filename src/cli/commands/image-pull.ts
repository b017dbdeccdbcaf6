// `catamaran image pull REFERENCE…`: images into the cache, for one platform, so that a later build needs no network for
// them: without a lock too, as offline a name stands for what it was fetched by.
import { createContext } from '../context.ts';
import type { Session } from '../session.ts';
import { fetchNamed } from './image-find.ts';

export async function pullImages(references: readonly string[], session: Session): Promise<void> {
  const context = await createContext(session);
  const images: { name: string; digest: string }[] = [];
  for (const reference of references) {
    const { name, image } = await fetchNamed(reference, session, context);
    images.push({ name, digest: image.digest });
  }
  session.front.result('image pull', { images }, images.map(({ digest }) => `${digest}\n`).join(''));
}
