// The ab-state partition: a FAT12 that is never changed again but for the two env files in it, which GRUB and the agent
// write in place. Each lies in a 4 KiB block of its own, at an offset that slots/constants.ts promises.
import { envNames, envOffsets } from '../slots/constants.ts';
import { serialiseEnv } from '../slots/env.ts';
import type { SlotState } from '../slots/state.ts';
import { sizeOf } from '../tree/content.ts';
import { writeFat } from './fat.ts';
import type { SparseImage } from './sparse.ts';

export function writeStatePartition(
  state: SlotState,
  options: { size: number; serial: number; mtime: number },
): SparseImage {
  const env = serialiseEnv(state);
  const files = new Map(envNames.map((name) => [name, env]));
  const image = writeFat(files, { ...options, type: 12, clusterSize: 4096, label: 'AB-STATE' });
  for (const offset of envOffsets) {
    const found = image.extents.find((extent) => extent.offset === offset);
    if (!found || sizeOf(found.content) !== env.length) throw new RangeError(`no env file at ${offset}`);
  }
  return image;
}
