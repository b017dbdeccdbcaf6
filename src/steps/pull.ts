// An image of a registry, a layout or an archive into the cache, by the digest that the lock holds it to.
import type { Planning } from '../engine/planning.ts';
import { type KeptImage, keepImage } from '../engine/result.ts';
import type { Step } from '../engine/step.ts';
import type { ImageName, LockedPull } from '../lock/locked-spec.ts';
import { pullImage } from '../oci/resolve.ts';

export const pullKind = { name: 'pull', module: 'steps/pull' };

export function planPull(name: ImageName, image: LockedPull, planning: Planning): Step<KeptImage> {
  return planning.keep({
    kind: pullKind,
    id: `image ${name}`,
    inputs: { digest: image.digest },
    needs: [],
    async make(_, { cache, context }) {
      const access = { cache, registries: await context.registries(), directory: '.' };
      return keepImage(await pullImage(image, access, { unpack: true }), cache);
    },
  });
}
