// What a repository, or a directory of keys, that cannot be written or read is called, with what helps here.
import { CatamaranError, messageOf } from '../../base/errors.ts';
import { withDisk } from '../../store/disk.ts';

const hints: Readonly<Record<string, string>> = {
  'disk-full':
    'Free some space there, and run the command again; `catamaran release gc` removes old releases.',
  'disk-forbidden':
    'Give this user the right to write there, or name another directory with --repo or --keys.',
};

/** Runs `action`; a full or unwritable disk becomes an error of the environment that names `path`. */
export async function withRepository<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await withDisk(path, action);
  } catch (thrown) {
    const [found] = thrown instanceof CatamaranError ? thrown.diagnostics : [];
    const hint = hints[found?.code ?? ''];
    if (found === undefined || hint === undefined) throw thrown;
    throw new CatamaranError('environment', { ...found, hint }, { cause: (thrown as Error).cause });
  }
}

export function unreadable(path: string, cause: unknown): CatamaranError {
  return new CatamaranError(
    'environment',
    {
      code: 'release-unreadable',
      message: `cannot read ${path}: ${messageOf(cause)}`,
      hint: 'Name a directory that this user may read, with --repo or --keys.',
    },
    { cause },
  );
}
