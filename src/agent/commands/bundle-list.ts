// The bundles of a section whose containers run once, for init's scripts.

import { parseSection } from '../../contract/bundles.ts';
import { listBundles } from '../bundle/list.ts';
import type { Command } from './command.ts';

export const bundleList: Command = {
  words: 'bundle list',
  usage: 'onboot|onshutdown',
  parse([object = '', ...rest]) {
    const section = rest.length === 0 ? parseSection(object) : undefined;
    return section && section !== 'services' ? (host) => listBundles(host, section) : undefined;
  },
};
