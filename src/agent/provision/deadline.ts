// How long may be waited for all of it together. By the clock that counts from the boot, which nobody sets.
import type { Host } from '../host/host.ts';

export interface Deadline {
  /** In whole seconds, 0 where it is over. */
  left(): number;
}

export function deadlineIn(host: Host, seconds: number): Deadline {
  const now = () => Number((host.readText('/proc/uptime') ?? '0').split(' ', 1)[0]);
  const end = now() + seconds;
  return { left: () => Math.max(0, Math.floor(end - now())) };
}
