// A delivery, made ready for QEMU: files in a directory of this run, and a service that runs as long as the machine.
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SparseImage } from '../../disk/sparse.ts';
import { readContent } from '../../tree/content.ts';
import type { MachineOptions } from '../arguments.ts';
import type { Delivery, GuestRequest } from './delivery.ts';
import { type Relay, startService } from './serve.ts';

export interface Delivered {
  readonly options: Pick<MachineOptions, 'firmwareFiles' | 'volume' | 'linkServices'>;
  /** What the service has been asked so far. */
  readonly requests: readonly GuestRequest[];
  close(): Promise<void>;
}

export async function deliver(
  { firmware, volume, service }: Delivery,
  directory: string,
  relay: Relay,
): Promise<Delivered> {
  const [file, image] = [join(directory, 'user-data'), join(directory, 'volume.img')];
  if (firmware) await writeFile(file, firmware.bytes);
  if (volume) await writeImage(volume.image, image);
  const serving = service && (await startService(service, relay));
  return {
    options: {
      ...(firmware && { firmwareFiles: { [firmware.key]: file } }),
      ...(volume && { volume: { path: image, as: volume.as } }),
      ...(serving && { linkServices: serving.services }),
    },
    requests: serving?.requests ?? [],
    close: async () => serving?.close(),
  };
}

async function writeImage({ size, extents }: SparseImage, path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.truncate(size);
    for (const { offset, content } of extents) {
      let at = offset;
      for await (const chunk of readContent(content)) {
        await file.write(chunk, 0, chunk.length, at);
        at += chunk.length;
      }
    }
  } finally {
    await file.close();
  }
}
