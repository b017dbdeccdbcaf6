// The daemons that components bring to the host, beside the containers: /usr/lib/catamaran/system/NAME (docs/inits.md).
import type { Host } from '../host/host.ts';

/** Those that begin with an underscore are init's own. */
export const readDaemons = (host: Host): string[] =>
  (host.listDirectory('/usr/lib/catamaran/system') ?? []).filter((name) => !name.startsWith('_'));
