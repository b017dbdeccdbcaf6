// The places that are memory get their bounds (memory/bounds.ts), those that were mounted before this boot work too; and so does
// what the kernel keeps free.
import { readMemory } from '../condition/resources.ts';
import type { Host } from '../host/host.ts';
import { readBounds } from '../memory/bounds.ts';

/**
 * In KiB, the kernel's own measure (mm/page_alloc.c). For the sake of huge pages it keeps a twentieth of a small machine's
 * memory instead, which nobody can use then. What is in /etc/sysctl.d comes later.
 */
function boundReserve(host: Host): void {
  const memory = readMemory(host);
  if (memory) host.writeFile('/proc/sys/vm/min_free_kbytes', `${Math.floor(Math.sqrt(memory.size * 16))}\n`);
}

export function boundMemory(host: Host): void {
  boundReserve(host);
  const bounds = readBounds(host);
  if (bounds === undefined) return;
  for (const place of ['/run', '/tmp', '/dev/shm']) {
    const { status, output } = host.run(['mount', '-o', `remount,size=${bounds.place}k`, place]);
    if (status !== 0) host.print(`${place} has no bound: ${output.trim()}`);
  }
}
