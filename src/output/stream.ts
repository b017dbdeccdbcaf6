// An output that is made from its beginning to its end, such as a tar.

import { writeAll } from './copy-extent.ts';
import { type OutputOptions, writeOutput } from './write-output.ts';

export async function writeStream(
  source: AsyncIterable<Uint8Array>,
  path: string,
  options: OutputOptions = {},
): Promise<void> {
  await writeOutput(
    path,
    async (file) => {
      let position = 0;
      for await (const chunk of source) {
        options.signal?.throwIfAborted();
        await writeAll(file, chunk, position);
        position += chunk.length;
        options.advance?.(chunk.length);
      }
    },
    options,
  );
}
