// Bytes to a file and back, hashed on the way.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type Digest, digestFromHex } from '../base/digest.ts';
import type { Blob } from './blob.ts';

export async function writeHashed(
  file: FileHandle,
  source: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<Blob> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    hash.update(chunk);
    await writeFully(file, chunk, size);
    size += chunk.length;
  }
  return { digest: digestOfHash(hash), size };
}

const hashBufferSize = 1 << 20;

export const digestOfHash = (hash: Hash): Digest => digestFromHex(hash.digest('hex'));

/** `FileHandle.write` may write less than it is given: at a full disk, say. */
export async function writeFully(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}

/** Updates `hash` with the file's bytes. Two buffers, so that reading goes on while the last piece is being hashed. */
export async function hashFile(path: string, hash: Hash): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const buffers = [0, 1].map(() => Buffer.allocUnsafe(Math.min(hashBufferSize, size + 1)));
    const read = (turn: number) => file.read(buffers[turn]!, 0, buffers[turn]!.length, null);
    let reading = read(0);
    for (let turn = 0; ; turn ^= 1) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      reading = read(turn ^ 1);
      hash.update(buffers[turn]!.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
