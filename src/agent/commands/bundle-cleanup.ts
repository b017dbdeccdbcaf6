// After a container has ended.
import { cleanUpBundle } from '../bundle/cleanup.ts';
import { bundleUsage, ofBundle } from './bundle-name.ts';
import type { Command } from './command.ts';

export const bundleCleanup: Command = {
  words: 'bundle cleanup',
  usage: bundleUsage,
  parse: ofBundle(cleanUpBundle),
};
