// A registry's "401, and here is whom to ask" → the Authorization header that answers it, or an error. Nothing goes
// on asking: each request is answered for once, with the credentials that belong to the registry's own host.
import { CatamaranError } from '../base/errors.ts';
import { basicAuthorization } from '../net/address.ts';
import { type HttpRequest, type HttpResponse, readSmall, type Send } from '../net/http.ts';
import { follow, requireSettled } from '../net/request.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { Credentials, FindCredentials } from './docker-config.ts';
import { type Endpoint, isLoopback } from './endpoint.ts';

/** What a token is asked for: reading, or writing as well. */
export type Access = 'pull' | 'pull,push';

/** The way to token services. */
export interface TokenAccess {
  readonly send: Send;
  /** Milliseconds, as for every request. */
  readonly stall: number;
  /** Whether plain HTTP may be spoken with the host of this address. */
  readonly plainAllowed: (url: URL) => boolean;
}

export interface Authenticator {
  /** The header that served last time; undefined before the first challenge. */
  remembered(endpoint: Endpoint, access: Access): string | undefined;
  /** Answers a challenge. Throws when there is nothing to answer with. */
  answer(challenged: HttpResponse, endpoint: Endpoint, access: Access): Promise<string>;
}

const maxTokenSize = 1 << 20;

export function createAuthenticator(credentials: FindCredentials, tokens: TokenAccess): Authenticator {
  const headers = new Map<string, string>();
  const key = (endpoint: Endpoint, access: Access) => `${endpoint.address}/${endpoint.repository} ${access}`;
  return {
    remembered: (endpoint, access) => headers.get(key(endpoint, access)),
    async answer(challenged, endpoint, access) {
      headers.delete(key(endpoint, access));
      const found = await credentials(endpoint.host);
      const challenges = parseChallenges(challenged.headers['www-authenticate'] ?? '');
      const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
      const basic = challenges.find(({ scheme }) => scheme === 'basic');
      let header: string;
      if (bearer)
        header = `Bearer ${await fetchToken(bearer, endpoint, access, found, tokens, challenged.url)}`;
      else if (basic && found && 'username' in found)
        header = basicAuthorization(found.username, found.password);
      else if (basic) throw unauthorized(endpoint, 'it asks for a user and password');
      else throw unauthorized(endpoint, 'it answered 401 and did not say what it accepts');
      headers.set(key(endpoint, access), header);
      return header;
    },
  };
}

/** Distribution's token authentication: a GET with basic credentials, or an OAuth2 POST with a refresh token. */
async function fetchToken(
  challenge: Challenge,
  endpoint: Endpoint,
  access: Access,
  found: Credentials | undefined,
  { send, stall, plainAllowed }: TokenAccess,
  challenger: URL,
): Promise<string> {
  const realm = requireRealm(challenge, endpoint, challenger);
  const service = challenge.parameters.get('service');
  const scope = challenge.parameters.get('scope') ?? `repository:${endpoint.repository}:${access}`;
  const query = new URLSearchParams({ ...(service !== undefined && { service }), scope });
  const accept = { accept: 'application/json' };
  let request: HttpRequest;
  if (found && 'identityToken' in found) {
    query.set('grant_type', 'refresh_token');
    query.set('client_id', 'catamaran');
    query.set('refresh_token', found.identityToken);
    const form = new TextEncoder().encode(query.toString());
    request = {
      method: 'POST',
      url: realm,
      headers: { ...accept, 'content-type': 'application/x-www-form-urlencoded' },
      body: { size: form.length, open: () => once(form) },
      stall,
    };
  } else {
    for (const [name, value] of query) realm.searchParams.append(name, value);
    request = { method: 'GET', url: realm, headers: accept, stall };
  }
  const response = await follow(send, request, {
    home: realm,
    plainAllowed: (next) => next.origin === realm.origin || plainAllowed(next),
    refuse: (evidence) => unauthorized(endpoint, `${realm.host} redirected ${evidence}`),
    ...(found &&
      'username' in found && { authorization: basicAuthorization(found.username, found.password) }),
  });
  if (response.status !== 200) {
    response.discard();
    requireSettled(response);
    throw unauthorized(endpoint, `${realm.host} answered ${response.status} when asked for a token`);
  }
  return readToken(await readSmall(response, maxTokenSize), realm, endpoint);
}

function readToken(body: Uint8Array | undefined, realm: URL, endpoint: Endpoint): string {
  let answer: { token?: unknown; access_token?: unknown } | null = null;
  try {
    if (body) answer = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    // Not as a cause: the message would quote a token.
  }
  const token = answer?.token ?? answer?.access_token;
  // RFC 6750, 2.1: what a header can carry.
  if (typeof token === 'string' && /^[A-Za-z0-9._~+/=-]+$/.test(token)) return token;
  throw unauthorized(endpoint, `${realm.host} gave no token`);
}

/** Credentials and tokens travel encrypted, or do not leave this machine, or go where the user allowed plain HTTP. */
function requireRealm(challenge: Challenge, endpoint: Endpoint, challenger: URL): URL {
  const text = challenge.parameters.get('realm') ?? '';
  const realm = URL.canParse(text) ? new URL(text) : undefined;
  if (realm && realm.username === '' && realm.password === '') {
    if (realm.protocol === 'https:') return realm;
    const sameHost =
      realm.hostname === challenger.hostname || (isLoopback(realm.host) && isLoopback(endpoint.host));
    if (realm.protocol === 'http:' && challenger.protocol === 'http:' && endpoint.plainAllowed && sameHost)
      return realm;
  }
  throw new CatamaranError('network', {
    code: 'registry-realm',
    message: `registry ${endpoint.host} sends its users for a token to ${realm ? `${realm.protocol}//${realm.host}` : 'nowhere'}, which is not safe`,
    hint: 'Its token service must be reached over https.',
  });
}

export function unauthorized(endpoint: Endpoint, evidence: string): CatamaranError {
  return new CatamaranError('network', {
    code: 'registry-unauthorized',
    message: `registry ${endpoint.host} does not let ${endpoint.repository} be read or written: ${evidence}`,
    hint: `Check the name (some registries answer so for what does not exist), or log in to ${endpoint.host} with your container tool.`,
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
