// An output that is made from its beginning to its end, such as a tar.
import type { WrittenFile } from './output-file.ts';
import { type OutputOptions, writeOutput } from './write-output.ts';

export async function writeStream(
  source: AsyncIterable<Uint8Array>,
  path: string,
  options: OutputOptions = {},
): Promise<WrittenFile> {
  return writeOutput(
    path,
    async (file) => {
      let position = 0;
      for await (const chunk of source) {
        options.signal?.throwIfAborted();
        await file.write(chunk, position);
        position += chunk.length;
        options.advance?.(chunk.length);
      }
    },
    options,
  );
}
