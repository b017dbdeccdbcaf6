// The others' half of a threshold: signatures added to what waits, in the repository or in a file that was carried
// away. What is complete is published at once, if the online key is here too.
import { CatamaranError } from '../base/errors.ts';
import { type Disk, privateDirectory } from './disk.ts';
import { parseDraft, readPending, removePending, signSlots } from './draft.ts';
import type { Key } from './keyring.ts';
import { withLock } from './lock.ts';
import { type Outcome, type Publisher, publishPending } from './publish.ts';

export async function signPending(publisher: Publisher): Promise<Outcome> {
  if ((await readPending(publisher.disk)).length === 0) throw nothingWaits();
  return publishPending({ ...publisher, signLater: true });
}

/** Adds what this keyring can sign to the bytes of one file of `.publisher/pending/`. */
export async function signFile(
  bytes: Uint8Array,
  keyring: readonly Key[],
  what: string,
): Promise<{ bytes: Uint8Array; signed: string[] }> {
  parseDraft(what, bytes, what);
  const answer = await signSlots(bytes, keyring, what);
  if (answer.signed.length > 0) return answer;
  throw new CatamaranError('usage', {
    code: 'release-no-key',
    message: `${what} waits for no key that is here`,
    hint: 'Name the directory of the right keys with --keys.',
  });
}

/** Answers with the roles whose drafts are gone. */
export async function discardPending(directory: string, disk: Disk): Promise<string[]> {
  return withLock(directory, async () => {
    const roles = (await readPending(disk)).map(({ role }) => role);
    if (roles.length === 0) throw nothingWaits();
    await removePending(disk, roles);
    return roles;
  });
}

function nothingWaits(): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-nothing-pending',
    message: `nothing waits for signatures: ${privateDirectory}/pending is empty`,
    hint: 'Run a command with --sign-later first.',
  });
}
