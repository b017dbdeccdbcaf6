// Daemons that run on the host itself: components of `init` bring them, each in a directory of its own.
import type { Host } from './host.ts';

const root = '/usr/lib/catamaran/system';

export const hasDaemon = (host: Host, name: string): boolean =>
  host.readText(`${root}/${name}/run`) !== undefined;

/** One that runs already reads its settings again; at a boot it has not begun yet. */
export function restartDaemon(host: Host, name: string): void {
  host.run(['/usr/lib/catamaran/system-service', 'restart', name]);
}
