// A machine for tests: a store that lasts from one refresh to the next, and a list of what was fetched.
import { createMemory } from '../../../src/release/repository/local.ts';
import { type Client, refresh } from '../../../src/tuf/client.ts';
import { refusalOf } from '../../../src/tuf/refuse.ts';
import { verifySignature } from '../../../src/tuf/verify-signature.ts';
import type { ClientOptions } from '../../../src/tuf/workflow/options.ts';
import { type Files, start } from './forge.ts';

export function createMachine(firstRoot: Uint8Array, extra: Partial<ClientOptions> = {}) {
  const store = createMemory();
  const fetched: string[] = [];
  const check = (files: Files, now = start): Client =>
    refresh({
      verify: verifySignature,
      repository: {
        fetch(path) {
          fetched.push(path);
          return files.get(path);
        },
      },
      store,
      firstRoot,
      now,
      ...extra,
    });
  /** Which refusal a refresh ends with; `accepted` for none. */
  const verdict = (files: Files, now = start): string => verdictOf(() => check(files, now));
  return { store, fetched, check, verdict };
}

export function verdictOf(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    if (refusal === undefined) throw thrown;
    return refusal;
  }
}
