// What a client is given: where files come from, where they are remembered, where trust begins, who verifies, and the time.
import type { Verify } from '../signatures.ts';

export interface Repository {
  /**
   * The file at a path below the repository's URL. Reads no more than `maxSize` bytes: throws for a longer one, and for
   * every failure but one: undefined where the server says that there is no such file (404, 403, 410).
   */
  fetch(path: string, maxSize: number): Uint8Array | undefined;
}

/** What this machine has verified before. A file that was damaged or lost is as good as none. */
export interface TrustedStore {
  get(name: string): Uint8Array | undefined;
  /** Whole or not at all, and durable when it returns: aside, fsync, rename, fsync of the directory. */
  put(name: string, bytes: Uint8Array): void;
  remove(name: string): void;
}

export interface ClientOptions {
  readonly verify: Verify;
  readonly repository: Repository;
  readonly store: TrustedStore;
  /** The root metadata that came with the image: where trust begins. */
  readonly firstRoot: Uint8Array;
  /** Of the system's clock, in seconds since the epoch. Never believed below `notBefore` and below what was seen before. */
  readonly now: number;
  /** When the image was built, in seconds since the epoch. */
  readonly notBefore?: number;
  /** For media that a person brought, and at that person's word only. Everything else is still enforced. */
  readonly waiveExpiry?: boolean;
}
