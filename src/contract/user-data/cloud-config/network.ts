// `network`, in each of the ways in which it is written: version 1 and 2 of cloud-init's, and ours, which is netplan's.

import { about, type Shape } from '../../document/shape/shape.ts';
import { readNetwork } from '../../network/read.ts';
import type { Network } from '../../network.ts';
import { section } from './section.ts';

export const networkSection: Shape<Network> = { schema: { type: 'object' }, read: readNetwork };

export const network = section({
  fields: { network: about('Network, as netplan or cloud-init’s versions 1 and 2 have it.', networkSection) },
  apply({ network, at }, draft) {
    if (network) draft.set('network', network, at);
  },
});
