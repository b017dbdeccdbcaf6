// system-docker (component:init-docker): it makes a service's container from the bundle that every init is given, and knows it by
// its control group.
import type { Init } from './init.ts';

export const docker: Init = {
  giveFiles: () => new Map(),
  controlGroup: (_section, directory) => `/system-docker/${directory}`,
};
