// The order in which a change becomes visible: roles → snapshot → timestamp, each file invisible until the last one.
//
// Root is the exception, for it is seen at once. Where the rest is signed so that machines with the old root accept it too,
// root comes last, and a cut before it does no harm. Where it cannot be, because an old key is lost, root comes first:
// machines wait until the rest is there, and the next command writes it, from the redo file.
import { CatamaranError } from '../../base/errors.ts';
import { byName } from '../../base/order.ts';
import type { Root } from '../../tuf/metadata.ts';
import { type TopRole, timestampPath } from '../../tuf/names.ts';
import { privateDirectory, type RepositoryDisk } from '../repository/disk.ts';
import { draftBytes, findShortage, type RoleDraft } from '../repository/draft.ts';
import { draftPathOf, topDemand } from '../repository/role-fields.ts';
import type { State } from '../repository/state.ts';

export interface FilePlan {
  /** Paths and bytes, in the order of writing. */
  readonly files: readonly (readonly [path: string, bytes: Uint8Array])[];
  readonly rootFirst: boolean;
}

/** `before`: the root that machines have seen. */
export function planFiles(drafts: readonly RoleDraft[], before: Root): FilePlan {
  const rootFirst = !oldRootWillDo(drafts, before);
  const rank = ({ role }: RoleDraft): number => {
    if (role === 'root') return rootFirst ? 0 : 9;
    return { timestamp: 4, snapshot: 3, targets: 2 }[role] ?? 1;
  };
  const files = [...drafts]
    .sort((a, b) => rank(a) - rank(b) || byName(a.role, b.role))
    .map((draft) => [draftPathOf(draft), draftBytes(draft)] as const);
  return { files, rootFirst };
}

/** Whether machines that have not seen the new root yet accept the rest. */
function oldRootWillDo(drafts: readonly RoleDraft[], before: Root): boolean {
  return drafts
    .filter(({ role }) => role === 'targets' || role === 'snapshot' || role === 'timestamp')
    .every((draft) => findShortage(draft, [topDemand(before, draft.role as TopRole)]) === undefined);
}

export async function writeFiles(
  disk: RepositoryDisk,
  { files, rootFirst }: FilePlan,
  state: State,
): Promise<void> {
  await requireUnchanged(disk, state);
  if (rootFirst) await writeRedo(disk, files);
  for (const [path, bytes] of files) {
    if (path === timestampPath) {
      await requireUnchanged(disk, state);
      await disk.replace(path, bytes);
    } else await disk.create(path, bytes);
  }
  if (rootFirst) await disk.remove(redoPath);
}

const redoPath = `${privateDirectory}/redo.json`;

async function writeRedo(disk: RepositoryDisk, files: FilePlan['files']): Promise<void> {
  const entries = files.map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);
  await disk.replace(redoPath, Buffer.from(JSON.stringify(entries)));
}

/** Ends what a publisher began that was cut between root and timestamp. Everything in it had been verified. */
export async function redo(disk: RepositoryDisk): Promise<void> {
  const bytes = await disk.read(redoPath);
  if (bytes === undefined) return;
  for (const [path, text] of parseRedo(Buffer.from(bytes).toString())) {
    const wanted = Buffer.from(text);
    const present = await disk.read(path);
    if (present === undefined || Buffer.compare(present, wanted) !== 0) await disk.replace(path, wanted);
  }
  await disk.remove(redoPath);
}

function parseRedo(text: string): [path: string, text: string][] {
  try {
    return JSON.parse(text) as [string, string][];
  } catch (cause) {
    throw new CatamaranError(
      'integrity',
      {
        code: 'release-redo-damaged',
        message: `${redoPath} is damaged: it says what a publisher that was cut has still to write`,
        hint: 'Restore it from a copy; without one, copy the metadata of the newest sound copy and remove it.',
      },
      { cause },
    );
  }
}

/** Another publisher's timestamp since this one began: its lock has been broken, or the directory is shared. */
async function requireUnchanged(disk: RepositoryDisk, { timestamp }: State): Promise<void> {
  const now = await disk.read(timestampPath);
  if (now !== undefined && Buffer.compare(now, timestamp) === 0) return;
  throw new CatamaranError('environment', {
    code: 'release-conflict',
    message: 'another publisher has published in the meantime',
    hint: 'Let one publisher work at a time, then run the command again.',
  });
}
