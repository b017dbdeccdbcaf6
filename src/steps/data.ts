// The empty data partition, packed: its non-zero parts in one blob, and where they belong.
import { join } from 'node:path';
import type { Json } from '../base/json.ts';
import { makeDataImage } from '../disk/data.ts';
import type { StepResult } from '../engine/result.ts';
import type { Workshop } from '../engine/workshop.ts';
import { putFile } from '../store/put-file.ts';

export async function makeDataPartition(workshop: Workshop): Promise<StepResult> {
  const { cache, locked, context } = workshop;
  const tools = await workshop.tools();
  const scratch = await cache.scratch();
  try {
    const packed = join(scratch.path, 'packed');
    const options = { osId: locked.spec.os.id, size: locked.spec.disk.data, epoch: locked.epoch };
    const image = await makeDataImage(
      (name, args, { env }) => tools.run(name, args, { env, signal: context.signal }),
      options,
      { packed, scratch: scratch.path },
    );
    return {
      blobs: { packed: await putFile(cache, packed, { derived: true }) },
      facts: { image: image as unknown as Json },
    };
  } finally {
    await scratch.dispose();
  }
}
