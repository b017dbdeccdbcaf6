// A live system, from a medium and not from a disk: it has no slots. What init asks for at each boot has nothing to do, and
// what somebody asks for is refused.
import { AgentError, type Host } from '../host/host.ts';

/** The initrd's word: the medium's name in /sys/class/block. */
const livePath = '/run/catamaran/live';

export function liveMedium(host: Host): string | undefined {
  return host.readText(livePath)?.trim();
}

export function refuseLive(host: Host): void {
  const medium = liveMedium(host);
  if (medium !== undefined)
    throw new AgentError(`this is a live system, from ${medium}: it has no slots, and cannot be updated`, {
      code: 'no-slots',
      hint: 'Start the machine from a disk that has the system.',
    });
}
