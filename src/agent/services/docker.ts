// system-docker, by component:init-docker. Its daemon is asked how a container has ended, and may just be started anew.
import type { ServiceManager } from './manager.ts';
import { underRunsv } from './runsv.ts';

export const docker: ServiceManager = underRunsv({ lastWord: 120 });
