// systemd (component:init-systemd): the agent writes the units at each boot, before systemd begins, for they say what only the
// machine knows. What has to be in the bundles is that each container lies in the control group of its unit.
import { controlGroupOf } from '../../contract/units.ts';
import type { Init } from './init.ts';

export const systemd: Init = { giveFiles: () => new Map(), controlGroup: controlGroupOf };
