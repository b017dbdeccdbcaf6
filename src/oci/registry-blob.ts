// One blob from a registry into the cache: a transfer like any other, asked for by the registry's rules.

import { Misfit } from '../net/patience.ts';
import type { TransferRequest } from '../net/transfer.ts';
import { transferBlob } from '../net/transfer-blob.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import type { Endpoint } from './endpoint.ts';
import { lied, type RegistryClient, refusal, unreachable } from './registry.ts';

export async function fetchBlob(
  client: RegistryClient,
  endpoint: Endpoint,
  blob: Blob,
  cache: Cache,
  { what, follow }: Pick<TransferRequest, 'what' | 'follow'>,
): Promise<void> {
  const ask = async (headers: Readonly<Record<string, string>>) => {
    const to = `blobs/${blob.digest}`;
    const response = await client.call(endpoint, { method: 'GET', to, access: 'pull', headers });
    if ([200, 206, 416].includes(response.status)) return response;
    throw await refusal(response, endpoint, what);
  };
  const { reporter, signal } = client.options;
  await transferBlob(
    {
      what,
      blob,
      follow,
      maxSize: blob.size,
      ask,
      giveUp: (last, tries) =>
        last instanceof Misfit ? lied(endpoint, what, last.message) : unreachable(what, last, tries),
    },
    { cache, reporter, signal, patience: client.patience },
  );
}
