// The empty data partition, packed: its non-zero parts in one blob, and where they belong.
import { join } from 'node:path';
import { makeDataImage, type PackedImage } from '../disk/data.ts';
import type { Planning } from '../engine/planning.ts';
import type { KeptBlob } from '../engine/result.ts';
import type { Step } from '../engine/step.ts';
import { toolsOf } from '../engine/tools.ts';
import type { Workshop } from '../engine/workshop.ts';
import { putFile } from '../store/put-file.ts';

export type KeptData = KeptBlob<'packed', { readonly image: PackedImage }>;

export const dataKind = { name: 'data', module: 'steps/data' };

export function planData(planning: Planning): Step<KeptData> {
  const { os, disk } = planning.locked.spec;
  const { epoch, tools } = planning.common;
  return planning.keep({
    kind: dataKind,
    id: 'data partition',
    inputs: { os: os.id, size: String(disk.data), epoch, tools },
    needs: [],
    make: (_, workshop) => makeDataPartition(workshop),
  });
}

async function makeDataPartition(workshop: Workshop): Promise<KeptData> {
  const { cache, locked, context } = workshop;
  const tools = await toolsOf(workshop);
  const scratch = await cache.scratch();
  try {
    const packed = join(scratch.path, 'packed');
    const options = { osId: locked.spec.os.id, size: locked.spec.disk.data, epoch: locked.epoch };
    const image = await makeDataImage(
      (name, args, { env }) => tools.run(name, args, { env, signal: context.signal }),
      options,
      { packed, scratch: scratch.path },
    );
    return { blobs: { packed: await putFile(cache, packed, { derived: true }) }, facts: { image } };
  } finally {
    await scratch.dispose();
  }
}
