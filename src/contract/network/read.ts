// A section `network`: which of its forms it has, and what it says.

import type { Findings } from '../document/finding.ts';
import { type Node, valueIn } from '../document/node.ts';
import type { Network } from '../network.ts';
import { netplan, networkOf } from './netplan.ts';
import { networkOfRancher, rancherNetwork } from './rancher.ts';
import { networkOfVersion1, version1 } from './version1.ts';

export function readNetwork(node: Node, findings: Findings): Network | undefined {
  // Some wrap it in itself, as a file of netplan is written.
  const inner = node.kind === 'mapping' ? valueIn(node, 'network') : undefined;
  if (inner) return readNetwork(inner, findings);
  const config = node.kind === 'mapping' ? valueIn(node, 'config') : undefined;
  if (config?.kind === 'scalar') {
    findings.ignored(config.at, 'turns the network off, which the image decides');
    return undefined;
  }
  if (config) {
    const read = version1.read(node, findings);
    return read && networkOfVersion1(read, findings);
  }
  if (node.kind === 'mapping' && (node.entries.has('interfaces') || node.entries.has('dns'))) {
    const read = rancherNetwork.read(node, findings);
    return read && networkOfRancher(read);
  }
  const read = netplan.read(node, findings);
  return read && networkOf(read, findings);
}
