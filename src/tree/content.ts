// The bytes of a file, wherever they are: in memory, or a slice of a file on the host (a tar or a blob in the store), or
// several of them with holes of zeros between them.
import { type FileHandle, open } from 'node:fs/promises';
import { CatamaranError } from '../base/errors.ts';
import { bytesOfName } from './byte-name.ts';

export type PlainContent =
  | { readonly at: 'memory'; readonly bytes: Uint8Array }
  | { readonly at: 'file'; readonly path: string; readonly offset: number; readonly size: number };

export interface SparseContent {
  readonly at: 'sparse';
  /** In bytes, with the holes. */
  readonly size: number;
  /** In order, and apart. */
  readonly parts: readonly { readonly offset: number; readonly content: PlainContent }[];
}

export type Content = PlainContent | SparseContent;

type Slice = Extract<PlainContent, { at: 'file' }>;

// Larger ones are dearer: each is new memory that has to be cleared away.
const chunkSize = 1 << 18;
const windowSize = 1 << 16;
/** Files open at a time. */
const maxOpen = 16;

export function contentOf(text: string | Uint8Array): PlainContent {
  return { at: 'memory', bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text };
}

/** In bytes. */
export function sizeOf(content: Content): number {
  return content.at === 'memory' ? content.bytes.length : content.size;
}

/** Reads it in chunks of at most 256 KiB. A chunk is not to be changed. Fails if the host's file is shorter. */
export async function* readContent(content: Content): AsyncGenerator<Uint8Array> {
  const contents = openContents();
  try {
    yield* contents.read(content);
  } finally {
    await contents.close();
  }
}

export interface Contents {
  read(content: Content): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Reads many contents one after the other: files stay open between them, and small slices of one file that lie
 * near to each other, as an archive's do, are read together.
 */
export function openContents(): Contents {
  const files = new Map<string, FileHandle>();
  let window = { path: '', at: 0, bytes: new Uint8Array() };

  async function fileAt(path: string): Promise<FileHandle> {
    const known = files.get(path);
    if (known !== undefined) return known;
    for (const [oldest, file] of files) {
      if (files.size < maxOpen) break;
      files.delete(oldest);
      await file.close();
    }
    const file = await open(bytesOfName(path), 'r');
    files.set(path, file);
    return file;
  }

  async function readSmall({ path, offset, size }: Slice): Promise<Uint8Array> {
    const start = offset - window.at;
    if (path === window.path && start >= 0 && start + size <= window.bytes.length) {
      return window.bytes.subarray(start, start + size);
    }
    const bytes = Buffer.allocUnsafe(windowSize);
    const { bytesRead } = await (await fileAt(path)).read(bytes, 0, bytes.length, offset);
    if (bytesRead < size) throw endedEarly(path, size - bytesRead);
    window = { path, at: offset, bytes: bytes.subarray(0, bytesRead) };
    return window.bytes.subarray(0, size);
  }

  async function* readLarge({ path, offset, size }: Slice): AsyncGenerator<Uint8Array> {
    for (let done = 0; done < size; ) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkSize, size - done));
      const { bytesRead } = await (await fileAt(path)).read(chunk, 0, chunk.length, offset + done);
      if (bytesRead === 0) throw endedEarly(path, size - done);
      done += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  }

  async function* read(content: Content): AsyncGenerator<Uint8Array> {
    if (sizeOf(content) === 0) return;
    if (content.at === 'sparse') yield* readSparse(content);
    else if (content.at === 'memory') yield content.bytes;
    else if (content.size <= windowSize) yield await readSmall(content);
    else yield* readLarge(content);
  }

  async function* readSparse({ size, parts }: SparseContent): AsyncGenerator<Uint8Array> {
    let at = 0;
    for (const { offset, content } of parts) {
      yield* zeros(offset - at);
      yield* read(content);
      at = offset + sizeOf(content);
    }
    yield* zeros(size - at);
  }

  return {
    read,
    async close() {
      for (const file of files.values()) await file.close();
      files.clear();
    },
  };
}

function* zeros(count: number): Generator<Uint8Array> {
  for (let left = count; left > 0; left -= chunkSize) yield new Uint8Array(Math.min(left, chunkSize));
}

function endedEarly(path: string, missing: number): CatamaranError {
  return new CatamaranError('environment', {
    code: 'content-truncated',
    message: `${path} ended ${missing} bytes early while it was read`,
    hint: 'Something changed it during the build: leave it alone, and build again.',
  });
}

/** The whole of it. For small files: nothing bounds it here. */
export async function contentBytes(content: Content): Promise<Uint8Array> {
  if (content.at === 'memory') return content.bytes;
  const chunks: Uint8Array[] = [];
  for await (const chunk of readContent(content)) chunks.push(chunk);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
