// The cache: blobs by the digest of their content, and the results of steps by the digest of what went into them.
// Concurrent builds, SIGKILL and a full disk are safe: everything is written aside and renamed, content is checked
// before it is trusted, and what is damaged counts as absent.
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Blobs, openBlobs } from './blobs.ts';
import { removeDirectory, requireDisk, withDisk } from './disk.ts';
import { rooms, temporaryDirectory } from './layout.ts';
import { isAbandoned, ownedName } from './owner.ts';
import { openResults, type Results } from './results.ts';
import { openShelf } from './shelf.ts';

export interface Scratch {
  readonly path: string;
  dispose(): Promise<void>;
}

export interface Cache extends Blobs, Results {
  readonly root: string;
  /** Records, for gc, that a file or directory below root is used now. */
  recordUse(path: string): Promise<void>;
  /** A fresh directory below root, removed by `dispose`, and by a later run if this process dies. */
  scratch(): Promise<Scratch>;
}

export interface CacheOptions {
  /** Milliseconds since the epoch. With it, use is recorded (as mtime) for gc; without it, only creation is. */
  readonly now?: () => number;
}

export async function openCache(root: string, { now }: CacheOptions = {}): Promise<Cache> {
  await withDisk(root, async () => {
    await requireDisk(root);
    for (const room of rooms) await mkdir(join(root, room), { recursive: true });
  });
  await removeAbandoned(temporaryDirectory(root));
  const shelf = openShelf(root, now);
  return {
    root,
    ...openBlobs(shelf),
    ...openResults(shelf),
    recordUse: shelf.touch,
    async scratch() {
      const path = join(temporaryDirectory(root), ownedName());
      await withDisk(path, () => mkdir(path));
      return { path, dispose: () => removeDirectory(path) };
    },
  };
}

async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (isAbandoned(name)) await withDisk(directory, () => removeDirectory(join(directory, name)));
  }
}
