// A registry's repository as a source of images: manifests by tag and digest, checked before they are parsed. Each of
// the registry's mirrors is asked before itself.
import { createHash } from 'node:crypto';
import { type Digest, digestFromHex } from '../base/digest.ts';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { formatSize } from '../base/size.ts';
import { readSmall } from '../net/http.ts';
import type { Cache } from '../store/cache.ts';
import { type Endpoint, endpointsOf } from './endpoint.ts';
import { dockerTypes, indexTypes, manifestTypes, maxManifestSize, parseJson } from './parse.ts';
import { formatRegistryReference, type RegistryReference } from './reference.ts';
import { lied, type RegistryClient, refusal } from './registry.ts';
import { fetchBlob } from './registry-blob.ts';
import type { ImageSource, ManifestDocument } from './source.ts';

const accepted = [...manifestTypes, ...indexTypes];

export function registrySource(
  client: RegistryClient,
  reference: RegistryReference,
  cache: Cache,
): ImageSource {
  const name = formatRegistryReference(reference);
  const endpoints = endpointsOf(reference, client.options);
  return {
    name,
    manifest: (digest = reference.digest) =>
      fromAny(client, endpoints, name, (endpoint) =>
        client.patiently(`the manifest of ${name}`, () =>
          fetchManifest(client, endpoint, name, digest ?? reference.tag ?? 'latest', digest),
        ),
      ),
    bringBlob: (blob, what, { follow } = {}) =>
      fromAny(client, endpoints, what, (endpoint) =>
        fetchBlob(client, endpoint, blob, cache, { what, follow }),
      ),
  };
}

/** What is wrong with a mirror's host, and so with all that would be asked of it. */
const hostFailures: readonly string[] = ['registry-unreachable', 'certificate-untrusted', 'proxy-refused'];

/** A mirror that fails, or lies, only costs time; one that cannot be reached does so once. */
async function fromAny<T>(
  client: RegistryClient,
  endpoints: readonly Endpoint[],
  what: string,
  ask: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const [endpoint, ...rest] = endpoints;
  if (rest.length === 0) return ask(endpoint!);
  const { failedMirrors } = client;
  const { address, host } = endpoint!;
  if (failedMirrors.has(address)) return fromAny(client, rest, what, ask);
  try {
    return await ask(endpoint!);
  } catch (thrown) {
    if (!(thrown instanceof CatamaranError) || (thrown.fault !== 'network' && thrown.fault !== 'integrity'))
      throw thrown;
    // Another request beside this one may have found it out before.
    if (thrown.code !== 'registry-offline' && !failedMirrors.has(address)) {
      client.options.reporter.warn(`the mirror ${host} was passed over: ${messageOf(thrown)}`);
    }
    if (hostFailures.includes(thrown.code)) failedMirrors.add(address);
    return fromAny(client, rest, what, ask);
  }
}

async function fetchManifest(
  client: RegistryClient,
  endpoint: Endpoint,
  name: string,
  selector: string,
  digest: Digest | undefined,
): Promise<ManifestDocument> {
  const headers = { accept: accepted.join(', ') };
  const response = await client.call(endpoint, {
    method: 'GET',
    to: `manifests/${selector}`,
    access: 'pull',
    headers,
  });
  if (response.status !== 200) throw await refusal(response, endpoint, name);
  const type = (response.headers['content-type'] ?? '').replace(/;.*/, '').trim().toLowerCase();
  if (!accepted.includes(type)) {
    response.discard();
    throw wrongType(name, endpoint, type);
  }
  const bytes = await readSmall(response, maxManifestSize);
  if (!bytes)
    throw lied(endpoint, `the manifest of ${name}`, `it has more than ${formatSize(maxManifestSize)}`);
  const found = digestFromHex(createHash('sha256').update(bytes).digest('hex'));
  const stated = String(response.headers['docker-content-digest'] ?? '');
  const promised = digest ?? (stated.startsWith('sha256:') ? stated : found);
  if (found !== promised) {
    throw lied(
      endpoint,
      `the manifest of ${name}`,
      `its digest is ${found} and not ${promised.slice(0, 80)}`,
    );
  }
  const inside = parseJson(bytes, `the manifest of ${name}`).mediaType ?? type;
  if (inside !== type) {
    throw lied(
      endpoint,
      `the manifest of ${name}`,
      `it was sent as ${type} and calls itself ${String(inside).slice(0, 80)}`,
    );
  }
  return { bytes, digest: found };
}

function wrongType(name: string, endpoint: Endpoint, type: string): CatamaranError {
  const old = type === dockerTypes.manifest1 || type === dockerTypes.manifest1Signed;
  return new CatamaranError('integrity', {
    code: old ? 'image-schema1' : 'registry-content-type',
    message: old
      ? `registry ${endpoint.host} has ${name} in Docker's schema 1 only, which names no verifiable config`
      : `registry ${endpoint.host} sent ${JSON.stringify(type.slice(0, 80))} as the manifest of ${name}`,
    hint: old
      ? 'Push the image again with a current tool: it writes OCI or Docker schema 2 manifests.'
      : 'Check the address: a registry answers with an OCI or Docker manifest.',
  });
}
