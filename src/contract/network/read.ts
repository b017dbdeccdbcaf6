// A section `network`: which of its forms it has, and what it says.
import type { Network } from '../network.ts';
import type { Findings } from '../user-data/finding.ts';
import type { Node } from '../user-data/node.ts';

export function readNetwork(node: Node, findings: Findings): Network | undefined {
  findings.error(node.at, 'cannot be read yet');
  return undefined;
}
