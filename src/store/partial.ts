// Downloads that were broken off, kept so that a later try goes on from there. A partial belongs to one process at a
// time: whoever renames it to its own name has it. A killed process's is recognised and taken over.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestHex } from '../base/digest.ts';
import type { Blob } from './blob.ts';
import { errorCode, withDisk } from './disk.ts';
import { digestOfHash, hashFile, writeFully } from './hash-file.ts';
import { partialDirectory } from './layout.ts';
import { isAbandoned, ownedName } from './owner.ts';

export interface Partial {
  readonly path: string;
  /** How many bytes of it there are. */
  readonly size: number;
  append(chunk: Uint8Array): Promise<void>;
  /** Throws its bytes away and begins anew. */
  restart(): Promise<void>;
  /**
   * Its bytes from the first on, as they come. They end when it is closed, and so proven; they fail when it is begun anew
   * or given up. To be read to one of these ends, or left by `return`.
   */
  follow(): Promise<AsyncGenerator<Uint8Array>>;
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

const followSize = 1 << 18;

async function openPartial(path: string, shared: string | undefined): Promise<Partial> {
  const file: FileHandle = await open(path, 'a+', 0o644).then(async (created) => {
    await created.close();
    return open(path, 'r+');
  });
  let hash: Hash = createHash('sha256');
  let size = (await file.stat()).size;
  if (size > 0) await hashFile(path, hash);

  let state: 'growing' | 'closed' | 'lost' = 'growing';
  let beginnings = 0;
  let tell = () => {};
  let news = new Promise<void>((resolve) => {
    tell = resolve;
  });
  /** Wakes those who follow. */
  const changed = (next = state) => {
    state = next;
    tell();
    news = new Promise<void>((resolve) => {
      tell = resolve;
    });
  };

  async function* read(followed: FileHandle): AsyncGenerator<Uint8Array> {
    const beginning = beginnings;
    try {
      for (let at = 0; ; ) {
        if (state === 'lost' || beginnings !== beginning) throw new Error('what was followed is given up');
        if (at < size) {
          const buffer = Buffer.allocUnsafe(Math.min(followSize, size - at));
          const { bytesRead } = await followed.read(buffer, 0, buffer.length, at);
          at += bytesRead;
          yield buffer.subarray(0, bytesRead);
        } else if (state === 'closed') return;
        else await news;
      }
    } finally {
      await followed.close();
    }
  }

  return {
    path,
    get size() {
      return size;
    },
    async append(chunk) {
      await withDisk(path, () => writeFully(file, chunk, size));
      hash.update(chunk);
      size += chunk.length;
      changed();
    },
    async restart() {
      if (size > 0) beginnings += 1;
      await file.truncate(0);
      hash = createHash('sha256');
      size = 0;
      changed();
    },
    async follow() {
      return read(await open(path, 'r'));
    },
    async seal() {
      await withDisk(path, () => file.sync());
      return { digest: digestOfHash(hash.copy()), size };
    },
    async close() {
      await file.close();
      changed('closed');
    },
    async release() {
      changed('lost');
      await file.close().catch(() => {});
      if (shared !== undefined && size > 0) await rename(path, shared);
      else await rm(path, { force: true });
    },
    async discard() {
      changed('lost');
      await file.close().catch(() => {});
      await rm(path, { force: true });
    },
  };
}
