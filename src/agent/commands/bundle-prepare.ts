// Before a container starts: its mounts, its profile, its hook.
import { prepareBundle } from '../bundle/prepare.ts';
import { bundleUsage, ofBundle } from './bundle-name.ts';
import type { Command } from './command.ts';

export const bundlePrepare: Command = {
  words: 'bundle prepare',
  usage: bundleUsage,
  parse: ofBundle(prepareBundle),
};
