// `catamaran release sign [FILE]`: signatures for what waits, in the repository or in a file that was carried here.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CatamaranError, messageOf } from '../../base/errors.ts';
import { describePending, discardPending, signFile, signPending } from '../../release/change/sign.ts';
import { describeOutcome, openPublisher, outcomeJson, type RepositoryOptions } from '../release-session.ts';
import type { Session } from '../session.ts';

export interface SignOptions extends RepositoryOptions {
  readonly file?: string | undefined;
  readonly discard?: true;
}

/** In bytes; metadata is far smaller. */
const maxSize = 8 * 1024 ** 2;

export async function signRelease(options: SignOptions, session: Session): Promise<void> {
  const { front, io } = session;
  const publisher = await openPublisher(options, session);
  if (options.file !== undefined) {
    const path = resolve(io.cwd, options.file);
    const { bytes, signed } = await signFile(await readDraft(path), publisher.keyring, options.file);
    await writeFile(`${path}.part`, bytes);
    await rename(`${path}.part`, path);
    front.result(
      'release sign',
      { file: options.file, signed },
      `${options.file}: signed by ${signed.join(', ')}\n`,
    );
    return;
  }
  if (options.discard) {
    const roles = await discardPending(publisher.directory, publisher.disk);
    front.result('release sign', { discarded: roles }, `dropped: ${roles.join(', ')}\n`);
    return;
  }
  for (const { role, version, changes } of await describePending(publisher)) {
    for (const change of changes) front.info(`${role}, version ${version}: ${change}`);
  }
  const outcome = await signPending(publisher);
  const text = describeOutcome(outcome, options.repo);
  front.result('release sign', { outcome: outcomeJson(outcome) }, text);
}

async function readDraft(path: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= maxSize) return bytes;
  } catch (cause) {
    throw new CatamaranError(
      'usage',
      {
        code: 'release-file-unreadable',
        message: `cannot read ${path}: ${messageOf(cause)}`,
        hint: 'Give a file of .publisher/pending/ in the repository.',
      },
      { cause },
    );
  }
  throw new CatamaranError('usage', {
    code: 'release-file-unreadable',
    message: `${path} is larger than any metadata`,
    hint: 'Give a file of .publisher/pending/ in the repository.',
  });
}
