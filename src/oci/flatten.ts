// An image → the one tree that a container of it sees: its layers, plain, each laid over those below it.
import type { Cache } from '../store/cache.ts';
import { applyLayer } from '../tree/layer.ts';
import { readTarFile } from '../tree/read-tar.ts';
import type { Tree } from '../tree/tree.ts';
import type { Image } from './image.ts';
import { naming, plainLayer, requireBlob } from './layer.ts';

/** Files of the tree are slices of blobs in the cache. `name` is how errors call the image. */
export async function imageTree(cache: Cache, image: Image, name: string = image.digest): Promise<Tree> {
  let tree: Tree = new Map();
  for (const [at, layer] of image.manifest.layers.entries()) {
    const what = `layer ${at + 1} of ${image.manifest.layers.length} of image ${name}`;
    const diffId = image.config.rootfs.diff_ids[at]!;
    const plain = await plainLayer(cache, layer, { diffId, what });
    const path = await requireBlob(cache, plain.digest, what);
    tree = await naming(what, async () => applyLayer(tree, await readTarFile(path)));
  }
  return tree;
}
