// What lies between one HTTP exchange and an answer that can be used: redirects followed by our own rules, and the
// statuses that pass with time told from those that stay.
import type { CatamaranError } from '../base/errors.ts';
import { redactUrl } from './address.ts';
import type { HttpRequest, HttpResponse, Send } from './http.ts';
import { Transient } from './patience.ts';

export interface Journey {
  /** Whose origin alone is shown the authorization. Where it is https, https is never left. */
  readonly home: URL;
  readonly authorization?: string | undefined;
  /** Whether plain HTTP may be spoken with the host of this address; by default with any, unless home is https. */
  readonly plainAllowed?: (url: URL) => boolean;
  /** The error for a redirect that is not followed. */
  readonly refuse: (evidence: string) => CatamaranError;
}

const maxRedirects = 10;

/** Redirects of reads are followed; of writes, they are the answer. */
export async function follow(send: Send, request: HttpRequest, journey: Journey): Promise<HttpResponse> {
  const { home, authorization, refuse } = journey;
  const requireSafe = (next: URL, from: URL): void => {
    if (!isSafe(next, from, journey)) throw refuse(`to ${next.protocol}//${next.host}, which is not safe`);
  };
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  let url = request.url;
  // It may be one that a server gave as well: a registry's place for an upload.
  requireSafe(url, home);
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const response = await send({
      ...request,
      url,
      headers: {
        'user-agent': 'catamaran',
        // The bytes as they are: digests and ranges count those, not what a decoder makes of them.
        'accept-encoding': 'identity',
        ...request.headers,
        ...(authorization !== undefined && url.origin === home.origin && { authorization }),
      },
    });
    if (!isRead || ![301, 302, 303, 307, 308].includes(response.status)) return response;
    response.discard();
    const location = response.headers.location ?? '';
    if (location === '' || !URL.canParse(location, url.href)) throw refuse('to nowhere');
    const next = new URL(location, url);
    requireSafe(next, url);
    url = next;
  }
  throw refuse(`more than ${maxRedirects} times`);
}

function isSafe(url: URL, from: URL, { plainAllowed = () => true }: Journey): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && from.protocol === 'http:' && plainAllowed(url);
}

/** Throws a Transient for the statuses that pass with time. */
export function requireSettled(response: HttpResponse): void {
  const { status, url, headers } = response;
  if (status < 500 && status !== 429 && status !== 408) return;
  response.discard();
  const wait = retryAfter(headers['retry-after'], headers.date);
  throw new Transient(`status ${status} from ${redactUrl(url)}`, wait);
}

/** Seconds, or a date, which is held against the server's own clock. Milliseconds; undefined if it says nothing. */
function retryAfter(text: string | undefined, now: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const wait = Date.parse(text) - Date.parse(now ?? '');
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined;
}
