// What publishers that were killed have left: versions that no snapshot lists, drafts that are published, half files.
import { canonicalJson, type Json } from '../../base/json.ts';
import { isAbandoned } from '../../store/owner.ts';
import { privateDirectory, type RepositoryDisk } from './disk.ts';
import { readPending, removePending } from './draft.ts';
import type { State } from './state.ts';

export async function sweep(disk: RepositoryDisk, { client, rootSigned, roles }: State): Promise<void> {
  for (const { role, signed } of await readPending(disk)) {
    const current = role === 'root' ? rootSigned : roles.get(role)?.signed;
    if (canonicalJson(signed as Json) === canonicalJson((current ?? null) as Json)) {
      await removePending(disk, [role]);
    }
  }
  for (const file of await disk.list('metadata')) {
    const [, version, role = ''] = /^(\d+)\.([a-z0-9_-]+)\.json$/.exec(file) ?? [];
    if (version === undefined || role === 'root') continue;
    const known = role === 'snapshot' ? client.snapshot.version : client.snapshot.meta.get(role)?.version;
    if (Number(version) > (known ?? 0)) await disk.remove(`metadata/${file}`);
  }
  for (const name of await disk.list(`${privateDirectory}/aside`)) {
    if (isAbandoned(name)) await disk.remove(`${privateDirectory}/aside/${name}`);
  }
  for (const name of await disk.list(privateDirectory)) {
    const owner = /^claim\.([\d-]+?)(?:\.stale)?$/.exec(name)?.[1];
    if (owner !== undefined && isAbandoned(owner)) await disk.remove(`${privateDirectory}/${name}`);
  }
}
