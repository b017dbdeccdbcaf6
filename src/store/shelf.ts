// How a file comes into the cache: written aside, moved to its place as a whole, and its use recorded for gc.
import { type FileHandle, mkdir, open, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { publishFile, syncPath, withDisk } from './disk.ts';
import { temporaryDirectory } from './layout.ts';
import { ownedName } from './owner.ts';

export interface Shelf {
  readonly root: string;
  touch(path: string): Promise<void>;
  /** Answers with the file's path and what `write` answered. Synced unless `derived`. `final` is for errors. */
  writeAside<T>(
    final: string,
    write: (file: FileHandle) => Promise<T>,
    derived?: boolean,
  ): Promise<[path: string, answer: T]>;
  moveIn(from: string, to: string, derived?: boolean): Promise<void>;
}

export function openShelf(root: string, now: (() => number) | undefined): Shelf {
  const touched = new Set<string>();

  async function touch(path: string): Promise<void> {
    if (now === undefined || touched.has(path)) return;
    touched.add(path);
    const seconds = now() / 1000;
    // Another process may just have removed it, or the cache may be on a read-only disk: neither matters here.
    await utimes(path, seconds, seconds).catch(() => {});
  }

  return {
    root,
    touch,

    async writeAside(final, write, derived = false) {
      const path = join(temporaryDirectory(root), ownedName());
      return withDisk(final, async () => {
        const file = await open(path, 'wx', 0o644);
        try {
          const answer = await write(file);
          if (!derived) await file.sync();
          await file.close();
          return [path, answer];
        } catch (thrown) {
          await file.close().catch(() => {});
          await rm(path, { force: true });
          throw thrown;
        }
      });
    },

    async moveIn(from, to, derived = false) {
      await withDisk(to, async () => {
        const made = await mkdir(dirname(to), { recursive: true });
        if (derived) return rename(from, to);
        if (made !== undefined) await syncPath(dirname(dirname(to)));
        await publishFile(from, to);
      });
      await touch(to);
    },
  };
}
