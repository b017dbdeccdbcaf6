// How every output appears: written aside in the same directory, then renamed. Until the rename nothing of that name has
// changed, and after a failure or an abort nothing is left; what a kill left goes with the next build.
// Nobody waits until it is on the disk: that would take longer than all else of a build that changes one file, and what a
// power cut takes can be built again. That it did is found out by output/artifact.ts.
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CatamaranError, messageOf } from '../../base/errors.ts';
import type { SparseImage } from '../../disk/sparse.ts';
import { isAbandoned, ownedName } from '../../store/owner.ts';
import { type OutputFile, openOutputFile, type WrittenFile } from './output-file.ts';

export interface OutputOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that have been written since the last call. */
  readonly advance?: ((bytes: number) => void) | undefined;
}

/**
 * `fill` writes into an empty file; `begins`: the disk that it begins with, as it is. Two builds of one output at a time: each has its own file,
 * the last one wins.
 */
export async function writeOutput(
  path: string,
  fill: (file: OutputFile) => Promise<void>,
  { signal, begins }: OutputOptions & { readonly begins?: SparseImage } = {},
): Promise<WrittenFile> {
  signal?.throwIfAborted();
  const directory = dirname(path);
  const aside = join(directory, `.${basename(path)}.${ownedName()}.part`);
  try {
    await removeAbandoned(path);
    const written = await fillFile(aside, fill, begins);
    signal?.throwIfAborted();
    await rename(aside, path);
    return written;
  } catch (cause) {
    await rm(aside, { force: true });
    throw explainFailure(path, cause);
  }
}

async function fillFile(
  path: string,
  fill: (file: OutputFile) => Promise<void>,
  begins: SparseImage | undefined,
): Promise<WrittenFile> {
  const file = await open(path, 'wx', 0o666);
  try {
    const output = openOutputFile(file, begins);
    await fill(output);
    return await output.finish();
  } finally {
    await file.close();
  }
}

/** What a build that was killed has left beside this output. */
async function removeAbandoned(path: string): Promise<void> {
  const directory = dirname(path);
  const prefix = `.${basename(path)}.`;
  for (const name of await readdir(directory)) {
    if (!name.startsWith(prefix) || !name.endsWith('.part')) continue;
    if (isAbandoned(name.slice(prefix.length, -'.part'.length)))
      await rm(join(directory, name), { recursive: true, force: true });
  }
}

function explainFailure(path: string, cause: unknown): unknown {
  const hints: Record<string, string> = {
    ENOSPC: 'Free some space, or name a directory on another disk with --out.',
    EDQUOT: 'Free some space, or name a directory on another disk with --out.',
    EFBIG: 'Name a directory on another disk with --out, or raise the limit on file sizes.',
    EACCES: 'Name a directory that you may write to with --out.',
    EROFS: 'Name a directory that can be written to with --out.',
    ENOENT: 'Make the directory first.',
    EISDIR: 'Remove the directory that stands in the way.',
  };
  const hint = hints[(cause as NodeJS.ErrnoException)?.code ?? ''];
  if (!hint) return cause;
  return new CatamaranError(
    'environment',
    { code: 'output-unwritable', message: `cannot write ${path}: ${messageOf(cause)}`, hint },
    { cause },
  );
}
