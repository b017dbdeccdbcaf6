// The distribution API's client: one call to a registry, with its address found, its challenge answered, its
// redirects followed and its failures named. What is fetched with it is in registry-source.ts, what is sent in push.ts.
import { CatamaranError } from '../base/errors.ts';
import type { Reporter } from '../base/reporter.ts';
import { redactUrl } from '../net/address.ts';
import { type HttpRequest, type HttpResponse, openTransport, readSmall, type Send } from '../net/http.ts';
import { type Patience, patiently, Transient, usualPatience } from '../net/patience.ts';
import type { FindProxy } from '../net/proxy.ts';
import { follow, requireSettled } from '../net/request.ts';
import { type Access, createAuthenticator, unauthorized } from './auth.ts';
import type { FindCredentials } from './docker-config.ts';
import { type Endpoint, type EndpointOptions, isPlainTarget } from './endpoint.ts';

export interface RegistryOptions extends EndpointOptions {
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
  /** Nothing may be asked of the network. */
  readonly offline: boolean;
  /** By default every registry is asked anonymously. */
  readonly credentials?: FindCredentials;
  /** PEM texts of authorities that are trusted beside Node's own. */
  readonly certificates?: readonly string[];
  /** By default there is no proxy. */
  readonly findProxy?: FindProxy;
  readonly patience?: Partial<Patience>;
}

export interface Call {
  readonly method: HttpRequest['method'];
  /** Below the repository (`manifests/latest`), or an address that the registry gave. */
  readonly to: string | URL;
  readonly access: Access;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpRequest['body'];
}

export interface RegistryClient {
  readonly options: RegistryOptions;
  readonly patience: Patience;
  /** Answers with any status below 500 but 401, 408 and 429. Throws a Transient for what a later try may mend. */
  call(endpoint: Endpoint, call: Call): Promise<HttpResponse>;
  /** Tries it again while it throws Transients. `what` names it in errors. */
  patiently<T>(what: string, attempt: () => Promise<T>): Promise<T>;
  /** Addresses of mirrors that are of no use now, whatever is asked of them. */
  readonly failedMirrors: Set<string>;
  close(): void;
}

export function openRegistryClient(options: RegistryOptions): RegistryClient {
  const patience = { ...usualPatience, ...options.patience };
  const { reporter, signal, certificates, findProxy } = options;
  const transport = openTransport({
    ...(certificates && { certificates }),
    ...(findProxy && { findProxy }),
  });
  const send: Send = (request) => transport.send({ ...request, signal });
  const plainAllowed = (url: URL) => isPlainTarget(url, options);
  const authenticator = createAuthenticator(options.credentials ?? (async () => undefined), {
    send,
    stall: patience.stall,
    plainAllowed,
  });
  const schemes = new Map<string, Promise<'https' | 'http'>>();

  async function baseOf(endpoint: Endpoint): Promise<URL> {
    let scheme = schemes.get(endpoint.address);
    if (scheme === undefined) {
      scheme = endpoint.plainAllowed ? probe(endpoint, send, patience.stall) : Promise.resolve('https');
      schemes.set(endpoint.address, scheme);
      scheme.catch(() => schemes.delete(endpoint.address));
    }
    return new URL(`${await scheme}://${endpoint.address}/v2/${endpoint.repository}/`);
  }

  return {
    options,
    patience,
    failedMirrors: new Set(),
    async call(endpoint, call) {
      if (options.offline) throw offline(endpoint);
      const base = await baseOf(endpoint);
      const url = typeof call.to === 'string' ? new URL(call.to, base) : call.to;
      const request = requestOf(call, url, patience.stall);
      const refuse = (evidence: string) => redirectRefused(url, evidence);
      const journey = {
        home: base,
        refuse,
        plainAllowed: (next: URL) => next.origin === base.origin || plainAllowed(next),
      };
      const ask = (authorization: string | undefined) => follow(send, request, { ...journey, authorization });
      let response = await ask(authenticator.remembered(endpoint, call.access));
      if (response.status === 401 && response.url.origin === base.origin) {
        response.discard();
        response = await ask(await authenticator.answer(response, endpoint, call.access));
      }
      if (response.status === 401) {
        response.discard();
        throw unauthorized(endpoint, `${response.url.host} answered 401 again`);
      }
      requireSettled(response);
      return response;
    },
    patiently: (what, attempt) =>
      patiently(
        { what, patience, reporter, signal, giveUp: (last, tries) => unreachable(what, last, tries) },
        attempt,
      ),
    close: () => transport.close(),
  };
}

function requestOf(call: Call, url: URL, stall: number): HttpRequest {
  const { method, headers = {}, body } = call;
  return { method, url, headers, stall, ...(body && { body }) };
}

function redirectRefused(from: URL, evidence: string): CatamaranError {
  return new CatamaranError('network', {
    code: 'registry-redirect',
    message: `${redactUrl(from)} was redirected ${evidence}`,
    hint: 'Check the address of the registry, and whether something between here and there answers in its place.',
  });
}

/** TLS first. A bad certificate is an error and no reason to do without. */
async function probe(endpoint: Endpoint, send: Send, stall: number): Promise<'https' | 'http'> {
  try {
    const url = new URL(`https://${endpoint.address}/v2/`);
    (await send({ method: 'GET', url, headers: {}, stall })).discard();
    return 'https';
  } catch (thrown) {
    if (thrown instanceof Transient) return 'http';
    throw thrown;
  }
}

/** The error when patience has ended. */
export function unreachable(what: string, last: Transient, tries: number): CatamaranError {
  return new CatamaranError(
    'network',
    {
      code: 'registry-unreachable',
      message: `${what} could not be fetched or sent in ${tries} tries: ${last.message}`,
      hint: 'Check the network and the name of the registry, and run the command again: it goes on from what is there.',
    },
    { cause: last },
  );
}

/** The error for an answer that is not what was asked for. */
export function lied(endpoint: Endpoint, what: string, evidence: string): CatamaranError {
  return new CatamaranError('integrity', {
    code: 'registry-lied',
    message: `registry ${endpoint.host} sent something else as ${what}: ${evidence}`,
    hint: 'Try again; if it stays so, the registry or something on the way to it is broken or hostile.',
  });
}

/** The error for a status that no later try mends; reads what the registry says about it. */
export async function refusal(
  response: HttpResponse,
  endpoint: Endpoint,
  what: string,
): Promise<CatamaranError> {
  const { status } = response;
  const codes = await errorCodes(response);
  const said = codes.length > 0 ? ` (${codes.join(', ')})` : '';
  if (status === 404) {
    return new CatamaranError('network', {
      code: 'image-not-found',
      message: `registry ${endpoint.host} does not have ${what}${said}`,
      hint: 'Check the name and the tag.',
    });
  }
  return new CatamaranError('network', {
    code: status === 403 ? 'registry-denied' : 'registry-status',
    message: `registry ${endpoint.host} answered ${status}${said} when asked for ${what}`,
    hint:
      status === 403
        ? `Check what the account for ${endpoint.host} may do.`
        : 'Check the address of the registry.',
  });
}

async function errorCodes(response: HttpResponse): Promise<string[]> {
  try {
    const body = await readSmall(response, 1 << 16);
    const { errors } = JSON.parse(Buffer.from(body ?? []).toString('utf8')) as {
      errors: { code: unknown }[];
    };
    return errors.map(({ code }) => String(code)).filter((code) => /^[A-Z_]{1,40}$/.test(code));
  } catch {
    // Its words are an addition; without them the status must do.
    return [];
  }
}

function offline(endpoint: Endpoint): CatamaranError {
  return new CatamaranError('network', {
    code: 'registry-offline',
    message: `${endpoint.host}/${endpoint.repository} is not in the cache, and nothing may be asked of the network`,
    hint: 'Run once without --offline.',
  });
}
