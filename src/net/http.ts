// One HTTP exchange. Node's fetch can be told neither of further certificate authorities nor of proxies, so this is
// node:https behind a small face: a stalled peer, a reset and a bad certificate each become the error that they are.
import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rootCertificates } from 'node:tls';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { redactUrl } from './address.ts';
import { Transient } from './patience.ts';
import { absoluteForm, type FindProxy, TunnelAgent } from './proxy.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** `open` is called once for each time that it is sent. */
  readonly body?: { readonly size: number; readonly open: () => AsyncIterable<Uint8Array> };
  /** Milliseconds in which at least 1 KiB must pass, or the head of the answer. */
  readonly stall: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** To be read once, or discarded. Fails with a Transient when the peer stalls or hangs up. */
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
}

export type Send = (request: HttpRequest) => Promise<HttpResponse>;

export interface Transport {
  readonly send: Send;
  close(): void;
}

export interface TransportOptions {
  /** PEM texts of authorities that are trusted beside Node's own, but in the place of NODE_EXTRA_CA_CERTS. */
  readonly certificates?: readonly string[];
  /** By default there is no proxy. */
  readonly findProxy?: FindProxy;
}

const lifeStep = 1 << 10;
const smallBody = 1 << 16;
/** Bytes that are taken before anybody wants them: so few are lost where a connection breaks before they are. */
const ahead = 1 << 20;

export function openTransport(options: TransportOptions = {}): Transport {
  const { certificates = [], findProxy = () => undefined } = options;
  const trust = certificates.length > 0 ? { ca: [...rootCertificates, ...certificates] } : {};
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true, ...trust });
  const tunnels = new TunnelAgent({ keepAlive: true, ...trust }, findProxy);

  function begin({ method, url, headers, body, signal }: HttpRequest): ClientRequest {
    const length = body ? String(body.size) : method === 'POST' ? '0' : undefined;
    const proxy = findProxy(url);
    const all = {
      method,
      headers: { ...headers, ...(length !== undefined && { 'content-length': length }) },
      ...(signal && { signal }),
    };
    if (url.protocol === 'https:') return requestHttps(url, { ...all, agent: proxy ? tunnels : https });
    return proxy
      ? requestHttp(proxy, { ...absoluteForm(all, url, proxy), agent: http })
      : requestHttp(url, { ...all, agent: http });
  }

  return {
    send: (request) =>
      exchange(request, begin).catch((thrown: unknown) => {
        throw nameProxy(thrown, findProxy(request.url));
      }),
    close() {
      for (const agent of [http, https, tunnels]) agent.destroy();
    },
  };
}

/** A proxy that cannot be reached is no fault of the server behind it. */
function nameProxy(thrown: unknown, proxy: URL | undefined): unknown {
  if (proxy === undefined || !(thrown instanceof Transient)) return thrown;
  const { code } = (thrown.cause ?? {}) as NodeJS.ErrnoException;
  if (!/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(code ?? '')) return thrown;
  const message = `the proxy ${proxy.host}, which the environment names, is not reached: ${messageOf(thrown.cause)}`;
  return new Transient(message, thrown.wait, { cause: thrown.cause });
}

async function exchange(
  request: HttpRequest,
  begin: (request: HttpRequest) => ClientRequest,
): Promise<HttpResponse> {
  const { url, body, stall, signal } = request;
  signal?.throwIfAborted();
  const outgoing = begin(request);
  const watch = watchStall(stall, (stalled) => outgoing.destroy(stalled));
  try {
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.on('error', reject);
    });
    // A registry may answer before it has read the body, and close: then its answer is what counts.
    const sent = body
      ? pipeline(Readable.from(watch.through(body.open())), outgoing)
      : Promise.resolve(outgoing.end());
    const incoming = await Promise.race([answered, sent.then(() => answered)]);
    sent.catch(() => {});
    return {
      status: incoming.statusCode!,
      url,
      headers: incoming.headers,
      ...openBody(incoming, watch, (thrown) => failureOf(thrown, url, signal)),
    };
  } catch (thrown) {
    watch.stop();
    outgoing.destroy();
    throw failureOf(thrown, url, signal);
  }
}

/** What came before a failure is delivered before the failure is. */
function openBody(
  incoming: IncomingMessage,
  watch: StallWatch,
  explain: (thrown: unknown) => unknown,
): Pick<HttpResponse, 'body' | 'discard'> {
  const through = new PassThrough({ highWaterMark: ahead });
  let failure: unknown;
  incoming.once('error', (thrown) => {
    failure = thrown;
  });
  incoming.once('close', () => {
    watch.stop();
    if (!incoming.complete) failure ??= new Transient('the connection was closed too early');
    through.end();
  });
  incoming.pipe(through);
  // Whoever is slow to take what has come does not make the peer a slow one.
  watch.turnTo(
    (stalled) => incoming.destroy(stalled),
    () => through.readableLength > 0,
  );

  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      yield* watch.through(through as AsyncIterable<Buffer>);
    } finally {
      incoming.destroy();
    }
    if (failure !== undefined) throw explain(failure);
  }
  return {
    body: read(),
    discard() {
      // What is small is read to its end, so that the connection can be used again.
      const { 'content-length': length = 0, 'transfer-encoding': chunked } = incoming.headers;
      if (chunked === undefined && Number(length) <= smallBody) through.resume();
      else incoming.destroy();
    },
  };
}

interface StallWatch {
  /** The same chunks: each is a sign of life, if it is not too small. */
  through<T extends Uint8Array>(source: AsyncIterable<T>): AsyncGenerator<T>;
  /** From now on `end` is called after a stall, unless nothing has to happen because something is waiting. */
  turnTo(end: (stalled: Transient) => void, isWaiting: () => boolean): void;
  stop(): void;
}

function watchStall(stall: number, end: (stalled: Transient) => void): StallWatch {
  let isWaiting = () => false;
  let passed = 0;
  const timer = setTimeout(() => {
    if (isWaiting()) timer.refresh();
    else end(new Transient(`less than 1 KiB passed in ${stall / 1000} s`));
  }, stall);
  return {
    async *through(source) {
      for await (const chunk of source) {
        passed += chunk.length;
        if (passed >= lifeStep) {
          passed = 0;
          timer.refresh();
        }
        yield chunk;
      }
    },
    turnTo(...next) {
      [end, isWaiting] = next;
      timer.refresh();
    },
    stop: () => clearTimeout(timer),
  };
}

function failureOf(thrown: unknown, url: URL, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (thrown instanceof CatamaranError) return thrown;
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  if (/CERT|ISSUER|SELF_SIGNED|SIGNATURE/.test(code)) {
    return new CatamaranError(
      'network',
      {
        code: 'certificate-untrusted',
        message: `the certificate of ${url.host} is not trusted: ${messageOf(thrown)}`,
        hint: 'Name the file of its certificate authority, if you trust it: --registry-ca for registries, NODE_EXTRA_CA_CERTS for all else.',
      },
      { cause: thrown },
    );
  }
  const first = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  const wait = thrown instanceof Transient ? thrown.wait : undefined;
  return new Transient(`${redactUrl(url)}: ${messageOf(first) || code}`, wait, { cause: thrown });
}

/** All of a small body; undefined when it is larger than `most` bytes. */
export async function readSmall(response: HttpResponse, most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
