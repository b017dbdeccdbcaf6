// The directory of the outputs, there and writable before the work begins: a build of minutes must not end with the
// news that there is no place for it.
import { access, constants, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { requireDisk } from '../store/disk.ts';

export async function prepareOutputDirectory(path: string): Promise<void> {
  await requireDisk(resolve(path));
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new CatamaranError(
      'environment',
      {
        code: 'output-unwritable',
        message: `cannot write into ${path}: ${messageOf(cause)}`,
        hint: 'Name a directory that you may write to with --out.',
      },
      { cause },
    );
  }
}
