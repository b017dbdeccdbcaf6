// The store's few ways of writing to the host's disk, such that a reader sees a whole file or none, even after a
// power cut; and what a full or unwritable disk is called.
import { chmod, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CatamaranError, messageOf } from '../base/errors.ts';

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const forbidden = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR']);

export function errorCode(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException | null)?.code;
}

/** Runs `action`; a full or unwritable disk becomes an error of the environment that names `path`. */
export async function withDisk<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    const code = errorCode(thrown) ?? '';
    if (full.has(code)) {
      throw new CatamaranError(
        'environment',
        {
          code: 'disk-full',
          message: `no space left (${code}) while writing ${path}`,
          hint: 'Free some space there, run "catamaran cache gc", or set CATAMARAN_CACHE to a directory on a larger disk.',
        },
        { cause: thrown },
      );
    }
    if (forbidden.has(code)) {
      throw new CatamaranError(
        'environment',
        {
          code: 'disk-forbidden',
          message: `not allowed to write ${path}: ${messageOf(thrown)}`,
          hint: 'Give this user the right to write there, or set CATAMARAN_CACHE to a directory of its own.',
        },
        { cause: thrown },
      );
    }
    throw thrown;
  }
}

export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes `from`, whose bytes are synced already, visible as `to`, for good. Replaces what is there. */
export async function publishFile(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncPath(dirname(to));
}

/** Removes a directory with all in it, also where a directory's mode forbids it to its owner. */
export async function removeDirectory(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (thrown) {
    if (!forbidden.has(errorCode(thrown) ?? '')) throw thrown;
    await openDirectories(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function openDirectories(path: string): Promise<void> {
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await openDirectories(join(path, entry.name));
  }
}

/** statfs(2): what looks like a directory there is none, and Node's recursive mkdir never comes to an end in it. */
const noDisks = new Map([
  [0x9fa0, '/proc'],
  [0x62656572, '/sys'],
]);

/** Throws where the nearest directory that is there cannot hold files. */
export async function requireDisk(path: string): Promise<void> {
  for (let at = path; ; at = dirname(at)) {
    const found = await statfs(at).catch(() => undefined);
    if (found === undefined && at !== dirname(at)) continue;
    const what = found && noDisks.get(Number(found.type));
    if (what === undefined) return;
    throw new CatamaranError('environment', {
      code: 'disk-forbidden',
      message: `not allowed to write ${path}: ${what} is no disk`,
      hint: 'Name another place: --cache or CATAMARAN_CACHE for the cache, --out for outputs.',
    });
  }
}
