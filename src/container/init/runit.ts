// runit (component:init): its scripts ask the agent at each boot for all that they need to know, so nothing is written for
// it beside the bundles.
import type { Init } from './init.ts';

export const runit: Init = { giveFiles: () => new Map() };
