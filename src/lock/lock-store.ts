// The lock file on disk: beside its spec, `minimal.yml` → `minimal.lock.yml`; written aside and renamed.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { emptyLock, formatLock, type Lock } from './lock-file.ts';
import { parseLock } from './parse-lock.ts';

export function lockPathOf(specFile: string): string {
  // Standard input has no place of its own: its lock lies where the command runs.
  if (specFile === '-') return 'stdin.lock.yml';
  return `${specFile.replace(/\.(ya?ml|json)$/, '')}.lock.yml`;
}

/** The empty lock where there is no file. */
export async function readLock(path: string): Promise<Lock> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return emptyLock;
    throw unusable(path, 'read', error);
  }
  return parseLock(path, text);
}

/** Leaves the file as it is where nothing changed; answers whether it wrote. */
export async function writeLock(path: string, before: Lock, after: Lock): Promise<boolean> {
  const text = formatLock(after);
  if (before !== emptyLock && formatLock(before) === text) return false;
  const aside = `${path}.${process.pid}.part`;
  try {
    await writeFile(aside, text, { flag: 'wx' });
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw unusable(path, 'written', error);
  }
  return true;
}

function unusable(path: string, how: 'read' | 'written', cause: unknown): CatamaranError {
  return new CatamaranError(
    'environment',
    {
      code: 'lock-unusable',
      message: `the lock file cannot be ${how}: ${path}: ${messageOf(cause)}`,
      hint: 'Check the permissions of the file and of its directory, and the space on its disk.',
    },
    { cause },
  );
}
