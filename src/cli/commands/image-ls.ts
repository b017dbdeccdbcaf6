// `catamaran image ls`: the images in the cache, by name.
import { digestHex } from '../../base/digest.ts';
import { formatSize } from '../../base/size.ts';
import { listImages } from '../../oci/list.ts';
import { createContext } from '../context.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';

/** Enough of a digest to tell images apart, and to name one. */
const shownDigits = 12;

export async function listAll(session: Session): Promise<void> {
  const { cache } = await createContext(session);
  const images = (await listImages(cache)).map(({ name, image, size }) => {
    return { name, arch: image.config.architecture, size, digest: image.digest };
  });
  const rows = images.map(({ name, arch, size, digest }) => [
    name,
    arch,
    formatSize(size),
    digestHex(digest).slice(0, shownDigits),
  ]);
  session.front.result('image ls', { images }, renderTable(rows, ['left', 'left', 'right']));
}
