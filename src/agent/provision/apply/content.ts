// The bytes of what user-data names: its own, or fetched, and then verified before anything looks into them.
import { gunzip } from '../../../contract/document/gunzip.ts';
import type { UserContent } from '../../../contract/user-data/machine-config.ts';
import { AgentError, type Host } from '../../host/host.ts';
import type { Occasion } from './module.ts';
import { script, withStaged } from './write.ts';

const most = 64 << 20;

export const isRemote = ({ kind }: UserContent): boolean => kind === 'remote';

export function contentBytesOf(
  host: Host,
  content: UserContent,
  { fetch }: Pick<Occasion, 'fetch'>,
): Uint8Array {
  if (content.kind === 'inline') return content.bytes;
  const { url, headers, digest, gzip } = content;
  const place = { part: 'user-data', line: 1, pointer: '' };
  const body = fetch({ ...place, url, headers, ...(digest && { digest }) });
  if (!(body instanceof Uint8Array))
    throw new AgentError(`${url} cannot be fetched: ${body.problem}`, {
      code: 'user-data-fetch',
      fault: 'network',
    });
  if (digest) {
    const found = withStaged(host, body, (staged) => script(host, `${digest.algorithm}sum "$1"`, staged));
    if (found.split(' ')[0] !== digest.hex.toLowerCase())
      throw new AgentError(`what came from ${url} has not the ${digest.algorithm} that user-data says`, {
        code: 'user-data-digest',
        fault: 'integrity',
        hint: 'Correct verification.hash, or what lies at the address.',
      });
  }
  if (!gzip) return body;
  const unpacked = gunzip(body, most);
  if (unpacked instanceof Uint8Array) return unpacked;
  throw new AgentError(`what came from ${url} ${unpacked.problem}`, {
    code: 'user-data-fetch',
    fault: 'network',
  });
}
