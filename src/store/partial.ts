// Downloads that were broken off, kept so that a later try goes on from there. A partial belongs to one process at a
// time: whoever renames it to its own name has it. A killed process's is recognised and taken over.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestHex } from '../base/digest.ts';
import { type Blob, digestOf, hashFile, writeFully } from './cache.ts';
import { errorCode, withDisk } from './disk.ts';
import { partialDirectory } from './layout.ts';
import { isAbandoned, ownedName } from './owner.ts';

export interface Partial {
  readonly path: string;
  /** How many bytes of it there are. */
  readonly size: number;
  append(chunk: Uint8Array): Promise<void>;
  /** Throws its bytes away and begins anew. */
  restart(): Promise<void>;
  /** Syncs what there is, and says what it is. */
  seal(): Promise<Blob>;
  /** The file is then the caller's. */
  close(): Promise<void>;
  /** Leaves it for a later try. */
  release(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

/** With a digest, what an earlier process left of that very blob; without one, or with none left, an empty one. */
export async function claimPartial(root: string, digest: Digest | undefined): Promise<Partial> {
  const directory = partialDirectory(root);
  const key = digest === undefined ? undefined : digestHex(digest);
  const path = join(directory, `${key ?? 'unnamed'}.${ownedName()}`);
  if (key !== undefined) await takeOver(directory, key, path);
  return withDisk(path, () => openPartial(path, key === undefined ? undefined : join(directory, key)));
}

async function takeOver(directory: string, key: string, path: string): Promise<void> {
  const left = (await readdir(directory)).filter(
    (name) => name === key || (name.startsWith(`${key}.`) && isAbandoned(name.slice(key.length + 1))),
  );
  const sized = await Promise.all(
    left.map(async (name) => ({
      name,
      size: await stat(join(directory, name)).then(
        (found) => found.size,
        () => 0,
      ),
    })),
  );
  for (const { name } of sized.sort((a, b) => b.size - a.size)) {
    try {
      await rename(join(directory, name), path);
      return;
    } catch (thrown) {
      // Another process was quicker.
      if (errorCode(thrown) !== 'ENOENT') throw thrown;
    }
  }
}

async function openPartial(path: string, shared: string | undefined): Promise<Partial> {
  const file: FileHandle = await open(path, 'a+', 0o644).then(async (created) => {
    await created.close();
    return open(path, 'r+');
  });
  let hash: Hash = createHash('sha256');
  let size = (await file.stat()).size;
  if (size > 0) await hashFile(path, hash);

  return {
    path,
    get size() {
      return size;
    },
    async append(chunk) {
      await withDisk(path, () => writeFully(file, chunk, size));
      hash.update(chunk);
      size += chunk.length;
    },
    async restart() {
      await file.truncate(0);
      hash = createHash('sha256');
      size = 0;
    },
    async seal() {
      await withDisk(path, () => file.sync());
      return { digest: digestOf(hash.copy()), size };
    },
    close: () => file.close(),
    async release() {
      await file.close().catch(() => {});
      if (shared !== undefined && size > 0) await rename(path, shared);
      else await rm(path, { force: true });
    },
    async discard() {
      await file.close().catch(() => {});
      await rm(path, { force: true });
    },
  };
}
