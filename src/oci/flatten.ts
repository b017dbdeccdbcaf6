// An image → the one tree that a container of it sees: its layers, plain, each laid over those below it.
import pLimit from 'p-limit';
import type { Cache } from '../store/cache.ts';
import { applyLayer } from '../tree/layer.ts';
import { readTarFile } from '../tree/read-tar.ts';
import type { Tree } from '../tree/tree.ts';
import type { Image } from './image.ts';
import { naming, plainLayer, requireBlob } from './layer.ts';

/** Decompression has threads of its own: more of it at a time than there are cores gains nothing. */
const parallel = 4;

/** Files of the tree are slices of blobs in the cache. `name` is how errors call the image. */
export async function imageTree(cache: Cache, image: Image, name: string = image.digest): Promise<Tree> {
  const { layers } = image.manifest;
  const nameOf = (at: number) => `layer ${at + 1} of ${layers.length} of image ${name}`;
  const limit = pLimit(parallel);
  const outcomes = await Promise.allSettled(
    layers.map((layer, at) =>
      limit(async () => {
        const what = nameOf(at);
        const { digest } = await plainLayer(cache, layer, {
          diffId: image.config.rootfs.diff_ids[at]!,
          what,
        });
        const path = await requireBlob(cache, digest, what);
        return naming(what, () => readTarFile(path));
      }),
    ),
  );
  let tree: Tree = new Map();
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected') throw outcome.reason;
    tree = await naming(nameOf(at), async () => applyLayer(tree, outcome.value));
  }
  return tree;
}
