// `network` of VMware's guestinfo.metadata (cloud-init's DataSourceVMware): YAML or JSON, of which the network is a mapping
// or, encoded, a text that holds one.
import { decodeUtf8 } from '../../base/utf8.ts';
import { decodeContent } from '../document/content.ts';
import type { Findings } from '../document/finding.ts';
import { valueIn } from '../document/node.ts';
import { readYaml } from '../document/yaml.ts';
import type { Network } from '../network.ts';
import { readNetwork } from './read.ts';

export function readGuestinfoNetwork(
  metadata: string,
  part: string,
  findings: Findings,
): Network | undefined {
  const root = readYaml(metadata, { part, line: 1, pointer: '' }, findings);
  const network = root?.kind === 'mapping' ? valueIn(root, 'network') : undefined;
  if (root?.kind !== 'mapping' || !network) return undefined;
  if (network.kind !== 'scalar') return readNetwork(network, findings);
  const encoding = valueIn(root, 'network.encoding');
  const words = encoding?.kind === 'scalar' ? encoding.text : '';
  const options = { base64: /b64|base64/.test(words), gzip: words.startsWith('gz') };
  const bytes = decodeContent(network.text, options);
  const text = bytes instanceof Uint8Array ? decodeUtf8(bytes) : undefined;
  if (text === undefined) {
    const problem = bytes instanceof Uint8Array ? 'is no text' : bytes.problem;
    findings.error(network.at, `${problem}`, 'Encode it as network.encoding says: base64 or gzip+base64.');
    return undefined;
  }
  const inner = readYaml(text, { ...network.at, line: 1, inner: true }, findings);
  return inner && readNetwork(inner, findings);
}
