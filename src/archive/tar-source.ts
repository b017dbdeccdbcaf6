// Where read-tar.ts gets an archive's bytes: a file on disk, whose contents stay where they are, or a stream, whose
// contents go to memory.
import type { FileHandle } from 'node:fs/promises';
import type { PlainContent } from '../tree/content.ts';
import { tarError } from '../tree/refused.ts';

export interface TarSource {
  /** Bytes read so far. */
  readonly offset: number;
  /** The next bytes; fewer than asked for only at the end. They are the caller's. */
  take(count: number): Promise<Uint8Array>;
  /** The next `size` bytes as a file's content; fails if there are fewer. */
  content(size: number): Promise<PlainContent>;
}

const windowSize = 1 << 18;

export async function fileSource(file: FileHandle, path: string): Promise<TarSource> {
  const { size: end } = await file.stat();
  let offset = 0;
  // What was read last: headers of small files lie near to each other.
  let window = new Uint8Array();
  let windowAt = 0;

  async function fill(count: number): Promise<void> {
    if (offset >= windowAt && offset + count <= windowAt + window.length) return;
    const buffer = new Uint8Array(Math.max(0, Math.min(Math.max(count, windowSize), end - offset)));
    let done = 0;
    while (done < buffer.length) {
      const { bytesRead } = await file.read(buffer, done, buffer.length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    window = buffer.subarray(0, done);
    windowAt = offset;
  }

  return {
    get offset() {
      return offset;
    },
    async take(count) {
      await fill(count);
      const bytes = window.slice(offset - windowAt, offset - windowAt + count);
      offset += bytes.length;
      return bytes;
    },
    async content(size) {
      if (offset + size > end) throw truncated(end);
      const content = { at: 'file', path, offset, size } as const;
      offset += size;
      return content;
    },
  };
}

/** `limit` bounds the sum of the contents, in bytes. */
export function streamSource(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
): TarSource & { close(): Promise<void> } {
  const chunks = stream[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  let offset = 0;
  let budget = limit;

  async function take(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = count;
    while (missing > 0) {
      if (rest.length === 0) {
        const next = await chunks.next();
        if (next.done) break;
        rest = next.value;
      }
      const part = rest.subarray(0, missing);
      rest = rest.subarray(part.length);
      parts.push(part);
      missing -= part.length;
    }
    offset += count - missing;
    // A copy: a small file must not keep a large chunk alive.
    return new Uint8Array(Buffer.concat(parts));
  }

  return {
    get offset() {
      return offset;
    },
    take,
    async content(size) {
      budget -= size;
      if (budget < 0)
        throw tarError('too-large', `the archive's files are larger than ${limit} bytes together`);
      const bytes = await take(size);
      if (bytes.length < size) throw truncated(offset);
      return { at: 'memory', bytes };
    },
    async close() {
      await chunks.return?.();
    },
  };
}

export const truncated = (offset: number) =>
  tarError('truncated', `the archive ends too early, at byte ${offset}`);
