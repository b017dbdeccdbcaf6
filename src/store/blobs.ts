// The cache's blobs, each under the digest of its content, which is checked before it is trusted.
import { createHash } from 'node:crypto';
import { type FileHandle, rm, stat } from 'node:fs/promises';
import type { Digest } from '../base/digest.ts';
import { type Blob, type ExpectedBlob, requireExpected } from './blob.ts';
import { errorCode, withDisk } from './disk.ts';
import { digestOfHash, hashFile, writeHashed } from './hash-file.ts';
import { blobPath, temporaryDirectory } from './layout.ts';
import type { Shelf } from './shelf.ts';

export interface Blobs {
  /** Where it is or would be; no I/O. */
  blobPath(digest: Digest): string;
  /** Whether it exists with that size; nothing is hashed. */
  hasBlob(blob: Blob): Promise<boolean>;
  /** Writes aside, hashes once, fsyncs, renames. Wrong digest or size: fault 'integrity', nothing kept. */
  putBlob(source: Uint8Array | AsyncIterable<Uint8Array>, expected?: ExpectedBlob): Promise<Blob>;
  /** Moves in a file on the cache's own disk, synced unless `derived`, whose digest and size the caller has computed. */
  adoptBlob(path: string, blob: Blob, options?: { derived?: true }): Promise<void>;
  /**
   * The path of a blob whose content has been checked against its digest in this process (once each). A damaged one
   * is removed and the answer is undefined, so that the caller makes or fetches it again.
   */
  verifiedBlob(digest: Digest): Promise<string | undefined>;
}

export function openBlobs({ root, touch, writeAside, moveIn }: Shelf): Blobs {
  const verified = new Map<Digest, Promise<boolean>>();

  async function adoptBlob(
    path: string,
    { digest }: Blob,
    { derived = false }: { derived?: boolean } = {},
  ): Promise<void> {
    await moveIn(path, blobPath(root, digest), derived);
    verified.set(digest, Promise.resolve(true));
  }

  return {
    adoptBlob,
    blobPath: (digest) => blobPath(root, digest),

    async hasBlob({ digest, size }) {
      const path = blobPath(root, digest);
      if ((await sizeOfFile(path)) !== size) return false;
      await touch(path);
      return true;
    },

    async putBlob(source, expected = {}) {
      const write = async (file: FileHandle) => {
        const written = await writeHashed(file, source);
        requireExpected(written, expected);
        return written;
      };
      const [path, blob] = await writeAside(temporaryDirectory(root), write, expected.derived);
      await adoptBlob(path, blob, expected);
      return blob;
    },

    async verifiedBlob(digest) {
      const path = blobPath(root, digest);
      // Looked for each time: another process's gc may have removed it since.
      if ((await sizeOfFile(path)) === undefined) {
        verified.delete(digest);
        return undefined;
      }
      let check = verified.get(digest);
      if (check === undefined) {
        check = verifyOrRemove(path, digest);
        verified.set(digest, check);
        check.catch(() => verified.delete(digest));
      }
      if (!(await check)) {
        verified.delete(digest);
        return undefined;
      }
      await touch(path);
      return path;
    },
  };
}

async function verifyOrRemove(path: string, digest: Digest): Promise<boolean> {
  const hash = createHash('sha256');
  try {
    await hashFile(path, hash);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return false;
    throw thrown;
  }
  if (digestOfHash(hash) === digest) return true;
  await withDisk(path, () => rm(path, { force: true }));
  return false;
}

async function sizeOfFile(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}
