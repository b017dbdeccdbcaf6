// The places that are memory get their bounds (memory/bounds.ts), those that were mounted before this boot work too.
import type { Host } from '../host/host.ts';
import { readBounds } from '../memory/bounds.ts';

export function boundMemory(host: Host): void {
  const bounds = readBounds(host);
  if (bounds === undefined) return;
  for (const place of ['/run', '/tmp', '/dev/shm']) {
    const { status, output } = host.run(['mount', '-o', `remount,size=${bounds.place}k`, place]);
    if (status !== 0) host.print(`${place} has no bound: ${output.trim()}`);
  }
}
