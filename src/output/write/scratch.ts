// A directory beside an output for what has to be known before the output can begin. It has the name of an unfinished output,
// so that what a kill leaves goes with the next build.
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ownedName } from '../../store/owner.ts';

export async function withScratch<T>(path: string, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = join(dirname(path), `.${basename(path)}.${ownedName()}.part`);
  await mkdir(directory);
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
