// The last look before anything is written: a machine that has seen everything so far, and one that has seen nothing, must
// both accept the repository as it will be.
import { CatamaranError } from '../../base/errors.ts';
import { refresh } from '../../tuf/client.ts';
import { metadataPath } from '../../tuf/names.ts';
import { verifySignature } from '../../tuf/verify-signature.ts';
import { type Demand, findShortage, type RoleDraft, type Shortage } from '../repository/draft.ts';
import { createMemory, openDirectory } from '../repository/local.ts';
import type { State } from '../repository/state.ts';
import type { Publisher } from './publisher.ts';
import type { FilePlan } from './write-files.ts';

export async function rehearse({ disk, now }: Publisher, state: State, { files }: FilePlan): Promise<void> {
  const planned = new Map(files);
  const present = openDirectory(state.directory);
  const repository = {
    fetch: (path: string, maxSize: number) => planned.get(path) ?? present.fetch(path, maxSize),
  };
  const firstRoot = (await disk.read(metadataPath('root', 1)))!;
  const options = { verify: verifySignature, firstRoot, now, waiveExpiry: true } as const;
  const seen = createMemory();
  refresh({ ...options, repository: present, store: seen });
  refresh({ ...options, repository, store: seen });
  const client = refresh({ ...options, repository, store: createMemory() });
  const { delegations, keys } = client.targets;
  for (const delegation of delegations) {
    const meta = client.snapshot.meta.get(delegation.name);
    const path = metadataPath(delegation.name, meta?.version ?? 0);
    const bytes = planned.get(path) ?? (await disk.read(path));
    const shortage = bytes && findShortageOf(delegation.name, bytes, { ...delegation, keys });
    if (bytes === undefined || shortage) throw unsignedRole(delegation.name);
  }
}

function findShortageOf(role: string, bytes: Uint8Array, demand: Demand): Shortage | undefined {
  const { signatures, signed } = JSON.parse(Buffer.from(bytes).toString()) as RoleDraft;
  return findShortage({ role, version: 0, signatures, signed }, [demand]);
}

function unsignedRole(role: string): CatamaranError {
  return new CatamaranError('internal', {
    code: 'release-role-unsigned',
    message: `${role} would be left without the signatures that it needs`,
  });
}
