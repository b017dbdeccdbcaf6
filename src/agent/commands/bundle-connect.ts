// The hook of a container's runtime, once its namespaces are there.
import { connectBundle } from '../bundle/network.ts';
import { bundleUsage, ofBundle } from './bundle-name.ts';
import type { Command } from './command.ts';

export const bundleConnect: Command = {
  words: 'bundle connect',
  usage: bundleUsage,
  parse: ofBundle(connectBundle),
};
