// runit, by component:init. Its runtime waits for whatever the container leaves behind on the host, such as somebody's login: it is
// not waited for in turn.
import type { ServiceManager } from './manager.ts';
import { underRunsv } from './runsv.ts';

export const runit: ServiceManager = underRunsv({ lastWord: 2 });
