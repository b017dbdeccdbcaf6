// Who changes a repository, and what comes of it.
import type { Transport } from '../../net/http.ts';
import type { RepositoryDisk } from '../repository/disk.ts';
import type { Shortage, SigningKey } from '../repository/draft.ts';

export interface Publisher {
  readonly directory: string;
  readonly disk: RepositoryDisk;
  readonly keyring: readonly SigningKey[];
  /** Seconds since the epoch. */
  readonly now: number;
  /** Where signatures are missing: keep what is to be signed, rather than fail. */
  readonly signLater: boolean;
  /** The URL at which machines read the repository: a copy here that is older than the one there is refused. */
  readonly against?: string | undefined;
  /** The way there; a direct one when absent. */
  readonly transport?: Transport;
}

export interface PublishOutcome {
  readonly state: 'published' | 'waiting';
  /** The roles that got a new version. */
  readonly roles: readonly string[];
  /** What is missing, by role, while it waits; keys by their names. */
  readonly shortages: readonly Shortage[];
}

/** As people call a key: by its file here, or by its file where the repository was made. */
export function nameKey(
  keyring: readonly SigningKey[],
  names: Readonly<Record<string, string>>,
): (id: string) => string {
  return (id) => keyring.find((key) => key.id === id)?.name ?? names[id] ?? `key ${id.slice(0, 12)}…`;
}
