// Where the machine's networks are written, each by one and read by `catamaran-agent network up`: the image's, which the
// builder makes of the spec's `network` section, in netplan's form; and that of user-data, as the agent itself has read it.
import { messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { Findings } from '../document/finding.ts';
import { readJson } from '../document/yaml.ts';
import { writeDocument } from '../document.ts';
import type { Network } from '../network.ts';
import { readNetwork } from './read.ts';

/** Of the image: `{"format": 1, "network": …}`. */
export const imageNetworkPath = 'usr/lib/catamaran/network.json';
/** In memory: user-data is read anew at each boot. */
export const userNetworkPath = '/run/catamaran/network/user-data.json';

export function writeImageNetwork(section: Json): string {
  return writeDocument({ network: section });
}

/** What is wrong with it is among the findings, and the rest counts. */
export function readImageNetwork(text: string, findings: Findings): Network | undefined {
  const node = readJson(text, { part: imageNetworkPath, line: 1, pointer: '' }, findings);
  return node && readNetwork(node, findings);
}

export function writeNetworkDocument(network: Network): string {
  return `${JSON.stringify(network)}\n`;
}

/** Written by the same agent in the same boot. */
export function readNetworkDocument(text: string): Network | { readonly problem: string } {
  try {
    return JSON.parse(text) as Network;
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
