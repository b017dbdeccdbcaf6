// Signatures that this machine has found good since it was started (tuf/proven.ts), for the updater asks for the same files
// every hour. In memory, where only root writes, and gone with the boot: what lies on a disk is never believed.
import { listProven, takeProven } from '../../tuf/proven.ts';
import { AgentError, type Host } from '../host/host.ts';

const path = '/run/catamaran/update/proven';

export function withProven<T>(host: Host, work: () => T): T {
  const before = (host.readText(path) ?? '').split('\n').filter((line) => line !== '');
  takeProven(before);
  try {
    return work();
  } finally {
    const now = listProven();
    if (now.join() !== before.join()) keep(host, now);
  }
}

/** Without it the next check takes longer, and nothing else. */
function keep(host: Host, digests: readonly string[]): void {
  try {
    host.writeFile(path, `${digests.join('\n')}\n`);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
  }
}
