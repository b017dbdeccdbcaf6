// A sparse image as it is, in a sparse file.
import { concatenate, type SparseImage } from '../../disk/sparse.ts';
import { type Content, sizeOf } from '../../tree/content.ts';
import { copyContent } from './copy-extent.ts';
import type { WrittenFile } from './output-file.ts';
import { type OutputOptions, writeOutput } from './write-output.ts';

export async function writeRaw(
  image: SparseImage,
  path: string,
  options: OutputOptions = {},
): Promise<WrittenFile> {
  return writeOutput(
    path,
    async (file) => {
      for (const { offset, content } of image.extents) {
        await copyContent(content, { start: 0, size: sizeOf(content) }, file, offset, options);
      }
      await file.extend(image.size);
    },
    { ...options, begins: image },
  );
}

/** One piece after the other, in a file. */
export const writePieces = (...pieces: readonly Content[]): WritePath => {
  const image = concatenate(pieces);
  return (path, options) => writeRaw(image, path, options);
};

type WritePath = (path: string, options: OutputOptions) => Promise<WrittenFile>;
