// Joins the many small pieces that archive writers make into chunks that are worth a write.

const chunkSize = 1 << 17;
const large = 1 << 16;

/** The same bytes, in chunks of at least 64 KiB, but for the last one. Large pieces go through uncopied. */
export async function* collectChunks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let chunk = Buffer.allocUnsafe(chunkSize);
  let filled = 0;
  for await (const piece of pieces) {
    if (filled >= large && (piece.length >= large || filled + piece.length > chunkSize)) {
      yield chunk.subarray(0, filled);
      chunk = Buffer.allocUnsafe(chunkSize);
      filled = 0;
    }
    if (filled === 0 && piece.length >= large) yield piece;
    else if (filled + piece.length <= chunkSize) {
      chunk.set(piece, filled);
      filled += piece.length;
    } else {
      // Less than 64 KiB are waiting, and the piece is large.
      yield Buffer.concat([chunk.subarray(0, filled), piece]);
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}
