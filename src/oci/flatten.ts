// An image → the one tree that a container of it sees: its layers, plain, each laid over those below it.

import { readLayerFile } from '../archive/read-tar.ts';
import type { Cache } from '../store/cache.ts';
import { eachLimited } from '../store/each-limited.ts';
import { applyLayer } from '../tree/layer.ts';
import type { Tree } from '../tree/tree.ts';
import type { Image } from './image.ts';
import { naming, plainLayer, verifiedLayer } from './layer.ts';

/** Files of the tree are slices of blobs in the cache. `name` is how errors call the image. */
export async function imageTree(cache: Cache, image: Image, name: string = image.digest): Promise<Tree> {
  const { layers } = image.manifest;
  const nameOf = (at: number) => `layer ${at + 1} of ${layers.length} of image ${name}`;
  const paths = await eachLimited(layers, async (layer, at) => {
    const diffId = image.config.rootfs.diff_ids[at]!;
    const plain = await plainLayer(cache, layer, { diffId, what: nameOf(at) });
    return verifiedLayer(cache, plain.digest, nameOf(at));
  });
  let tree: Tree = new Map();
  for (const [at, path] of paths.entries()) {
    tree = await naming(nameOf(at), async () => applyLayer(tree, await readLayerFile(path, tree)));
  }
  return tree;
}
