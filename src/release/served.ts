// The copy that machines read. A publisher that begins with an older one, a checkout of last week, would sign versions
// that machines have seen already with other content.
import { CatamaranError, messageOf } from '../base/errors.ts';
import { parseTimestamp } from '../tuf/metadata.ts';
import { timestampPath } from '../tuf/names.ts';
import { openEnvelope, requireSignatures } from '../tuf/signatures.ts';
import type { State } from './state.ts';

const maxSize = 16_384;
const patience = 30_000;

/** A server that has no repository yet is older than anything. */
export async function requireNewest(url: string, { client, directory }: State): Promise<void> {
  const bytes = await fetchTimestamp(`${url.replace(/\/+$/, '')}/${timestampPath}`);
  if (bytes === undefined) return;
  const envelope = openEnvelope(bytes, `${url}/${timestampPath}`);
  // Keys that are new there are unknown here: then its root is newer too.
  const { keys, roles } = client.root;
  requireSignatures(envelope, keys, roles.timestamp, '5.4.2');
  const { version } = parseTimestamp(envelope.signed, timestampPath);
  if (version <= client.timestamp.version) return;
  throw new CatamaranError('environment', {
    code: 'release-copy-old',
    message: `${url} has version ${version} of timestamp.json, and ${directory} has ${client.timestamp.version}`,
    hint: 'Copy the newest state from there first, with .publisher, then run the command again.',
  });
}

async function fetchTimestamp(url: string): Promise<Uint8Array | undefined> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(patience),
      headers: { 'cache-control': 'no-cache' },
    });
    if ([403, 404, 410].includes(response.status)) return undefined;
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxSize) throw new Error(`it sends more than ${maxSize} bytes`);
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    throw new CatamaranError(
      'network',
      {
        code: 'release-server-unreachable',
        message: `cannot read ${url}: ${messageOf(cause)}`,
        hint: 'Check the address, or publish without --against.',
      },
      { cause },
    );
  }
}
