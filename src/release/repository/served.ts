// The copy that machines read. A publisher that begins with an older one, a checkout of last week, would sign versions
// that machines have seen already with other content.
import { CatamaranError, messageOf } from '../../base/errors.ts';
import { parseAddress, redactUrl } from '../../net/address.ts';
import { openTransport, readSmall, type Transport } from '../../net/http.ts';
import { follow } from '../../net/request.ts';
import { parseTimestamp } from '../../tuf/metadata.ts';
import { timestampPath } from '../../tuf/names.ts';
import { openEnvelope, requireSignatures } from '../../tuf/signatures.ts';
import { verifySignature } from '../../tuf/verify-signature.ts';
import type { State } from './state.ts';

const maxSize = 16_384;
const patience = 30_000;

/** A server that has no repository yet is older than anything. */
export async function requireNewest(
  url: string,
  { client, directory }: State,
  transport: Transport = openTransport(),
): Promise<void> {
  const bytes = await fetchTimestamp(`${url.replace(/\/+$/, '')}/${timestampPath}`, transport);
  if (bytes === undefined) return;
  const envelope = openEnvelope(bytes, `${url}/${timestampPath}`);
  // Keys that are new there are unknown here: then its root is newer too.
  const { keys, roles } = client.root;
  requireSignatures(envelope, keys, roles.timestamp, { verify: verifySignature, clause: '5.4.2' });
  const { version } = parseTimestamp(envelope.signed, timestampPath);
  if (version <= client.timestamp.version) return;
  throw new CatamaranError('environment', {
    code: 'release-copy-old',
    message: `${url} has version ${version} of timestamp.json, and ${directory} has ${client.timestamp.version}`,
    hint: 'Copy the newest state from there first, with .publisher, then run the command again.',
  });
}

async function fetchTimestamp(text: string, { send }: Transport): Promise<Uint8Array | undefined> {
  const { url, authorization } = parseAddress(text, 'the repository that machines read');
  const unreachable = (evidence: string, cause?: unknown) =>
    new CatamaranError(
      'network',
      {
        code: 'release-server-unreachable',
        message: `cannot read ${redactUrl(url)}: ${evidence}`,
        hint: 'Check the address, or publish without --against.',
      },
      { cause },
    );
  const signal = AbortSignal.timeout(patience);
  const headers = { 'cache-control': 'no-cache' };
  const request = { method: 'GET', url, headers, stall: patience, signal } as const;
  const refuse = (evidence: string) => unreachable(`it is redirected ${evidence}`);
  try {
    const response = await follow(send, request, { home: url, authorization, refuse });
    if (response.status !== 200) response.discard();
    if ([403, 404, 410].includes(response.status)) return undefined;
    if (response.status !== 200) throw unreachable(`it answers ${response.status}`);
    const bytes = await readSmall(response, maxSize);
    if (!bytes) throw unreachable(`it sends more than ${maxSize} bytes`);
    return bytes;
  } catch (thrown) {
    if (thrown instanceof CatamaranError) throw thrown;
    throw unreachable(messageOf(thrown), thrown);
  }
}
