// Reading what the machine remembers. Damage counts as having nothing.
import type { TrustedStore } from './options.ts';

/** What the store has, if today's keys vouch for it; whether it has expired does not matter for comparing. */
export function readTrusted<T>(
  store: TrustedStore,
  name: string,
  read: (bytes: Uint8Array) => T,
): T | undefined {
  const bytes = store.get(name);
  return bytes === undefined ? undefined : valueOrNothing(() => read(bytes));
}

export function valueOrNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
