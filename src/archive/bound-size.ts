// A guard for what is decompressed: a small file can be made to swell without end.
import { CatamaranError } from '../base/errors.ts';

/** The same bytes; fails as soon as there are more than `limit`. */
export async function* boundSize(
  source: AsyncIterable<Uint8Array>,
  limit: number,
  what: string,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > limit) {
      throw new CatamaranError('integrity', {
        code: 'debian-too-large',
        message: `${what} is larger than the ${limit} bytes that it may have when decompressed`,
        hint: 'It is damaged, or made to fill the disk: do not use it.',
      });
    }
    yield chunk;
  }
}
