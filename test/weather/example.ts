// One of examples/ as a disk, and the same system as a release on a second one.
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSpec } from '../../src/output/build.ts';
import { writeReleaseImages } from '../../src/output/disk/release-images.ts';
import { testContext } from '../support/context.ts';
import { hostTools } from '../support/tools.ts';
import type { WeatherImage } from './machine.ts';

export interface Example {
  readonly disk: string;
  /** For QEMU: the release is /next of the disk vdb. */
  readonly media: readonly string[];
}

export async function buildExample({ directory }: WeatherImage, name: string): Promise<Example> {
  const place = join(directory, `example-${name}`);
  const out = join(place, 'out');
  // Elsewhere than in the repository, for a lock is written beside it.
  await cp('examples', place, { recursive: true });
  await mkdir(join(place, 'media'), { recursive: true });
  const context = await testContext();
  const request = { file: join(place, `${name}.yml`), arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec({ ...request, out, formats: ['raw'] }, context);
  await writeReleaseImages(request, join(place, 'media/next'), context);
  const file = join(place, 'media.squashfs');
  await (await hostTools()).run('mksquashfs', [
    join(place, 'media'),
    file,
    '-quiet',
    '-no-progress',
    '-noappend',
  ]);
  const drive = `if=none,id=media,format=raw,readonly=on,file=${file}`;
  return { disk: artifacts[0]!.path, media: ['-drive', drive, '-device', 'virtio-blk-pci,drive=media'] };
}
