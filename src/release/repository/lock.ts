// One publisher at a time: a lock file that says whose it is, so that one left behind by a killed process is known for
// what it is. A lock that another machine holds cannot be judged here: a person has to.
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CatamaranError } from '../../base/errors.ts';
import { errorCode } from '../../store/disk.ts';
import { ownedName, ownerState } from '../../store/owner.ts';
import { privateDirectory } from './disk.ts';
import { withRepository } from './disk-errors.ts';

/** Runs `action` while holding the lock of the repository in `directory`. */
export async function withLock<T>(directory: string, action: () => Promise<T>): Promise<T> {
  const lock = join(directory, privateDirectory, 'lock');
  const mine = ownedName();
  await withRepository(lock, () => mkdir(join(directory, privateDirectory), { recursive: true }));
  const claim = join(directory, privateDirectory, `claim.${mine}`);
  await withRepository(claim, () => writeFile(claim, mine, { flag: 'wx' }));
  try {
    await takeLock(lock, claim);
    try {
      return await action();
    } finally {
      if ((await readOwner(lock)) === mine) await rm(lock, { force: true });
    }
  } finally {
    await rm(claim, { force: true });
  }
}

/** The lock appears with its owner in it, or not at all. */
async function takeLock(lock: string, claim: string): Promise<void> {
  if (await linkNew(claim, lock)) return;
  const owner = await readOwner(lock);
  if (owner !== undefined && ownerState(owner) !== 'dead') throw busy(lock, owner);
  // Moved rather than removed: if somebody else has just replaced it, that can be seen and undone.
  const moved = `${claim}.stale`;
  if (owner !== undefined && (await moveAway(lock, moved))) {
    const found = await readOwner(moved);
    if (found !== owner) {
      await linkNew(moved, lock);
      await rm(moved, { force: true });
      throw busy(lock, found ?? '');
    }
    await rm(moved, { force: true });
  }
  if (!(await linkNew(claim, lock))) throw busy(lock, (await readOwner(lock)) ?? '');
}

async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (thrown) {
    if (errorCode(thrown) === 'EEXIST') return false;
    throw thrown;
  }
}

async function moveAway(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}

async function readOwner(lock: string): Promise<string | undefined> {
  try {
    return await readFile(lock, 'utf8');
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

function busy(lock: string, owner: string): CatamaranError {
  const who =
    ownerState(owner) === 'alive' ? `process ${owner.split('-')[0]}` : 'a process of another machine';
  return new CatamaranError('environment', {
    code: 'release-locked',
    message: `${lock} is held by ${who || 'another process'}`,
    hint: 'Wait until that publisher is done. If it is gone for certain, remove the lock file.',
  });
}
