// The others' half of a threshold: signatures added to what waits, in the repository or in a file that was carried
// away. What is complete is published at once, if the online key is here too.
import { CatamaranError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/fields.ts';
import { canonicalJson, type Json } from '../../base/json.ts';
import { byName } from '../../base/order.ts';
import { sha256Hex } from '../../tuf/hex.ts';
import { targetPath, timestampPath } from '../../tuf/names.ts';
import { parsePointer } from '../../tuf/pointer.ts';
import { formatCurve } from '../../tuf/rollout.ts';
import { readConfig } from '../repository/config.ts';
import { privateDirectory, type RepositoryDisk } from '../repository/disk.ts';
import type { SigningKey } from '../repository/draft.ts';
import { listPending, parseDraft, readPending, removePending, signSlots } from '../repository/draft.ts';
import { withLock } from '../repository/lock.ts';
import { readRepositoryState } from '../repository/state.ts';
import { finishFirst } from './first-version.ts';
import { publishPending } from './publish.ts';
import type { Publisher, PublishOutcome } from './publisher.ts';

/** What somebody is about to sign. */
export interface PendingChange {
  readonly role: string;
  readonly version: number;
  /** Sentences without a full stop: targets that come, change or go, and who may sign, where that changes. */
  readonly changes: readonly string[];
}

export async function describePending(publisher: Publisher): Promise<PendingChange[]> {
  const { directory, disk, now } = publisher;
  const state = (await isFirst(disk)) ? undefined : await readRepositoryState(directory, disk, now);
  const described: PendingChange[] = [];
  for (const { role, version, signed } of await readPending(disk)) {
    const before = role === 'root' ? state?.rootSigned : state?.roles.get(role)?.signed;
    const changes = await describeTargets(disk, listedIn(before), listedIn(signed));
    for (const member of ['keys', 'roles', 'delegations'] as const) {
      if (
        canonicalJson((before?.[member] ?? null) as Json) !== canonicalJson((signed[member] ?? null) as Json)
      )
        changes.push(`${member} change`);
    }
    if (changes.length === 0)
      changes.push(
        `${before === undefined ? 'empty' : 'the same as before'}, until ${String(signed.expires)}`,
      );
    described.push({ role, version, changes });
  }
  return described;
}

const listedIn = (signed: JsonObject | undefined) =>
  (signed?.targets ?? {}) as Record<string, { hashes: { sha256: string } }>;

type Listed = ReturnType<typeof listedIn>;

async function describeTargets(disk: RepositoryDisk, before: Listed, after: Listed): Promise<string[]> {
  const lines: string[] = [];
  for (const name of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(byName)) {
    const sha256 = after[name]?.hashes.sha256;
    if (sha256 === before[name]?.hashes.sha256) continue;
    if (sha256 === undefined) lines.push(`${name} goes`);
    else lines.push(`${name} is ${(await describePointer(disk, name, sha256)) ?? `sha256:${sha256}`}`);
  }
  return lines;
}

/** The file itself is held against the hash that is signed. */
async function describePointer(
  disk: RepositoryDisk,
  name: string,
  sha256: string,
): Promise<string | undefined> {
  const bytes = name.startsWith('channel-') ? await disk.read(targetPath(name, sha256)) : undefined;
  if (bytes === undefined || sha256Hex(bytes) !== sha256) return undefined;
  const { release, rollout, halted, rollback } = parsePointer(bytes, name);
  const marks = [halted && 'halted', rollback && 'rollback'].filter(Boolean).map((mark) => `, ${mark}`);
  return `${release.version}, ${formatCurve(rollout.points)}${marks.join('')}, manifest sha256:${release.manifest.sha256}`;
}

export async function signPending(publisher: Publisher): Promise<PublishOutcome> {
  const { directory, disk } = publisher;
  if ((await readPending(disk)).length === 0) throw nothingWaits();
  const patient = { ...publisher, signLater: true };
  if (!(await isFirst(disk))) return publishPending(patient);
  return withLock(directory, async () =>
    finishFirst(patient, await readConfig(disk, directory), await readPending(disk)),
  );
}

/** What waits is an `init`: there is nothing yet that it changes. */
async function isFirst(disk: RepositoryDisk): Promise<boolean> {
  if ((await disk.read(timestampPath)) !== undefined) return false;
  return (await readPending(disk)).some(({ role, version }) => role === 'root' && version === 1);
}

/** Adds what this keyring can sign to the bytes of one file of `.publisher/pending/`. */
export async function signFile(
  bytes: Uint8Array,
  keyring: readonly SigningKey[],
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
export async function discardPending(directory: string, disk: RepositoryDisk): Promise<string[]> {
  return withLock(directory, async () => {
    const roles = await listPending(disk);
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
