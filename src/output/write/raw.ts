// The disk as it is, in a sparse file: what dd, most clouds and `catamaran inspect` take.
import type { Disk } from '../../disk/disk.ts';
import { sizeOf } from '../../tree/content.ts';
import { copyContent } from './copy-extent.ts';
import type { WrittenFile } from './output-file.ts';
import { type OutputOptions, writeOutput } from './write-output.ts';

export async function writeRaw(disk: Disk, path: string, options: OutputOptions = {}): Promise<WrittenFile> {
  return writeOutput(
    path,
    async (file) => {
      for (const { offset, content } of disk.extents) {
        await copyContent(content, { start: 0, size: sizeOf(content) }, file, offset, options);
      }
      await file.extend(disk.size);
    },
    options,
  );
}
