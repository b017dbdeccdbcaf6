// One HTTP exchange with a registry. Node's fetch cannot be told of further certificate authorities, so this is
// node:https behind a small face: a stalled peer, a reset and a bad certificate each become the error that they are.
import {
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
import { redactUrl, Transient } from '../store/request.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** `open` is called once for each time that it is sent. */
  readonly body?: { readonly size: number; readonly open: () => AsyncIterable<Uint8Array> };
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

export interface Transport {
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>;
  close(): void;
}

export interface TransportOptions {
  /** PEM texts of authorities that are trusted beside Node's own. */
  readonly certificates?: readonly string[];
  /** Milliseconds in which at least 1 KiB must arrive. */
  readonly stall: number;
}

const lifeStep = 1 << 10;
const smallBody = 1 << 16;

export function openTransport(options: TransportOptions): Transport {
  const extra = options.certificates ?? [];
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({
    keepAlive: true,
    ...(extra.length > 0 && { ca: [...rootCertificates, ...extra] }),
  });
  return {
    send: (request, signal) =>
      exchange(request, request.url.protocol === 'https:' ? https : http, options.stall, signal),
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

async function exchange(
  { method, url, headers, body }: HttpRequest,
  agent: HttpAgent | HttpsAgent,
  stall: number,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  signal?.throwIfAborted();
  const length = body
    ? { 'content-length': String(body.size) }
    : method === 'POST'
      ? { 'content-length': '0' }
      : {};
  const begin = url.protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing = begin(url, {
    method,
    agent,
    headers: { ...headers, ...length },
    ...(signal && { signal }),
  });
  // Also while a body is being sent: an idle socket in either direction is a stall.
  outgoing.setTimeout(stall, () => outgoing.destroy(new Transient(`nothing happened for ${stall / 1000} s`)));
  try {
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.on('error', reject);
    });
    // A registry may answer before it has read the body, and close: then its answer is what counts.
    const sent = body ? pipeline(Readable.from(body.open()), outgoing) : Promise.resolve(outgoing.end());
    const incoming = await Promise.race([answered, sent.then(() => answered)]);
    sent.catch(() => {});
    return {
      status: incoming.statusCode!,
      url,
      headers: incoming.headers,
      ...openBody(incoming, stall, (thrown) => failureOf(thrown, url, signal)),
    };
  } catch (thrown) {
    outgoing.destroy();
    throw failureOf(thrown, url, signal);
  }
}

/** What came before a failure is delivered before the failure is. */
function openBody(
  incoming: IncomingMessage,
  stall: number,
  explain: (thrown: unknown) => unknown,
): Pick<HttpResponse, 'body' | 'discard'> {
  const through = new PassThrough();
  let failure: unknown;
  incoming.once('error', (thrown) => {
    failure = thrown;
  });
  incoming.once('close', () => {
    if (!incoming.complete) failure ??= new Transient('the connection was closed too early');
    through.end();
  });
  incoming.pipe(through);

  async function* read(): AsyncGenerator<Uint8Array> {
    let [received, counted] = [0, 0];
    const watch = setInterval(() => {
      if (received - counted < lifeStep && through.readableLength === 0) {
        incoming.destroy(new Transient(`less than 1 KiB came in ${stall / 1000} s`));
      }
      counted = received;
    }, stall);
    try {
      for await (const chunk of through) {
        received += (chunk as Buffer).length;
        yield chunk as Buffer;
      }
    } finally {
      clearInterval(watch);
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

function failureOf(thrown: unknown, url: URL, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (thrown instanceof Transient || thrown instanceof CatamaranError) return thrown;
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  if (/CERT|ISSUER|SELF_SIGNED|SIGNATURE/.test(code)) {
    return new CatamaranError(
      'network',
      {
        code: 'registry-certificate',
        message: `the certificate of ${url.host} is not trusted: ${messageOf(thrown)}`,
        hint: "Name the file of the registry's certificate authority, if you trust it.",
      },
      { cause: thrown },
    );
  }
  const first = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  return new Transient(`${redactUrl(url)}: ${messageOf(first) || code}`, undefined, { cause: thrown });
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
