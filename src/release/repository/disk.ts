// The few ways in which a repository's files change. Each is whole or not at all, also when the power fails: written
// aside, flushed, then linked or renamed. Files that have a version or a hash in their name are made once and never
// change; timestamp.json is the one that is replaced.
import { createHash } from 'node:crypto';
import {
  constants,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CatamaranError } from '../../base/errors.ts';
import { byName } from '../../base/order.ts';
import { errorCode, syncPath } from '../../store/disk.ts';
import { hashFile } from '../../store/hash-file.ts';
import { ownedName } from '../../store/owner.ts';
import { unreadable, withRepository } from './disk-errors.ts';

/** Paths are relative to the repository's directory, with "/". */
export interface RepositoryDisk {
  /** Undefined where there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Names in sorted order; none where there is no such directory. */
  list(path: string): Promise<string[]>;
  /** Makes a file that does not exist yet; one that does is another publisher's: `release-conflict`. */
  create(path: string, bytes: Uint8Array): Promise<void>;
  /** Copies a file whose hash is known. One that is there already, with that hash, is left as it is. */
  copyIn(source: string, path: string, sha256: string): Promise<void>;
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Nothing happens where there is no such file. */
  remove(path: string): Promise<void>;
}

/** What a publisher needs and no client reads. */
export const privateDirectory = '.publisher';
const asideDirectory = `${privateDirectory}/aside`;

export function openDisk(root: string): RepositoryDisk {
  const full = (path: string) => join(root, path);

  async function writeAside(
    path: string,
    fill: (aside: string) => Promise<void>,
    place: Place,
  ): Promise<void> {
    await withRepository(full(path), async () => {
      await mkdir(full(asideDirectory), { recursive: true });
      await mkdir(dirname(full(path)), { recursive: true });
      const aside = join(full(asideDirectory), ownedName());
      try {
        await fill(aside);
        await syncPath(aside);
        await place(aside, full(path));
      } finally {
        await rm(aside, { force: true });
      }
      await syncPath(dirname(full(path)));
    });
  }

  return {
    async read(path) {
      try {
        return await readFile(full(path));
      } catch (thrown) {
        if (errorCode(thrown) === 'ENOENT') return undefined;
        throw unreadable(full(path), thrown);
      }
    },
    async list(path) {
      try {
        return (await readdir(full(path))).sort(byName);
      } catch (thrown) {
        if (errorCode(thrown) === 'ENOENT') return [];
        throw unreadable(full(path), thrown);
      }
    },
    create: (path, bytes) => writeAside(path, (aside) => writeFile(aside, bytes, { flag: 'wx' }), placeNew),
    async copyIn(source, path, sha256) {
      if (await exists(full(path))) {
        await requireHash(full(path), sha256);
        return;
      }
      const fill = async (aside: string) => {
        await copyFile(source, aside, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
        await requireHash(aside, sha256);
      };
      await writeAside(path, fill, rename);
    },
    replace: (path, bytes) => writeAside(path, (aside) => writeFile(aside, bytes, { flag: 'wx' }), rename),
    async remove(path) {
      if (!(await exists(full(path)))) return;
      await withRepository(full(path), () => rm(full(path)));
      await syncPath(dirname(full(path)));
    },
  };
}

/** Makes the flushed file `aside` appear at its place. */
type Place = (aside: string, path: string) => Promise<void>;

/** A link, unlike a rename, fails where something is already: the one atomic "only if it is new". */
const placeNew: Place = async (aside, path) => {
  try {
    await link(aside, path);
  } catch (thrown) {
    if (errorCode(thrown) !== 'EEXIST') throw thrown;
    throw new CatamaranError(
      'environment',
      {
        code: 'release-conflict',
        message: `${path} has just been taken: another publisher works on this repository`,
        hint: 'Let one publisher work at a time, then run the command again.',
      },
      { cause: thrown },
    );
  }
};

async function requireHash(path: string, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  await hashFile(path, hash);
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new CatamaranError('integrity', {
    code: 'release-target-changed',
    message: `${path} has SHA-256 ${found}, not ${sha256}`,
    hint: 'Do not change images while they are being added; remove a damaged copy and add the release again.',
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}

/** Opens the file to learn that it can be; used where a missing one is the person's mistake. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}
