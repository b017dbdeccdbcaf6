// One HTTP request of a download: redirects followed by our own rules, and every answer sorted into "go on",
// "try again" and "give up".
import { CatamaranError, messageOf } from '../base/errors.ts';

/** What a later try may mend. */
export class Transient extends Error {
  /** Milliseconds to wait at least, where the server said so. */
  readonly wait: number | undefined;

  constructor(message: string, wait?: number, options?: { cause?: unknown }) {
    super(message, options);
    this.wait = wait;
  }
}

const maxRedirects = 10;

/** Without user, password, query and fragment: an address that may be shown and logged. */
export function redactUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

export function parseUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new CatamaranError('network', {
      code: 'download-url',
      message: `the address of ${what} is not an http or https URL: ${url ? redactUrl(url) : JSON.stringify(text)}`,
      hint: 'Give a URL that begins with https:// or http://.',
    });
  }
  return url;
}

/**
 * A GET of `first`. `headers` and the URL's own user and password go to its origin only; https is never left.
 * Answers with a response whose status is 200, 206 or 416; all else is thrown.
 */
export async function request(
  first: URL,
  what: string,
  headers: Readonly<Record<string, string>>,
  ownHeaders: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  let url = first;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const sent = url.origin === first.origin ? { ...headersOf(first), ...headers } : {};
    const response = await send(withoutUser(url), { ...sent, ...ownHeaders }, signal);
    if (![301, 302, 303, 307, 308].includes(response.status)) return sortStatus(response, url, what);
    await response.body?.cancel();
    url = redirectTarget(url, response, what);
  }
  throw failure('download-redirects', `${what} was redirected more than ${maxRedirects} times`, first);
}

function headersOf(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function withoutUser(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  bare.hash = '';
  return bare;
}

async function send(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, signal, redirect: 'manual' });
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    throw transientOf(thrown);
  }
}

/** fetch says only "fetch failed": the reason is its cause, or the causes of its cause. */
export function transientOf(thrown: unknown): Transient {
  const cause = (thrown as Error).cause ?? thrown;
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  return new Transient(messageOf(first) || messageOf(thrown), undefined, { cause: thrown });
}

/** Where a redirect leads; refused where it leads to no web address, or from https to http. */
export function redirectTarget(from: URL, response: Response, what: string): URL {
  const location = response.headers.get('location') ?? '';
  if (location === '' || !URL.canParse(location, from.href)) {
    throw failure('download-redirects', `${what} was redirected to nowhere`, from);
  }
  const to = new URL(location, from);
  if (!/^https?:$/.test(to.protocol) || (from.protocol === 'https:' && to.protocol !== 'https:')) {
    throw failure('download-downgrade', `${what} was redirected from https to ${redactUrl(to)}`, from);
  }
  return to;
}

async function sortStatus(response: Response, url: URL, what: string): Promise<Response> {
  const { status } = response;
  if (status === 200 || status === 206 || status === 416) {
    const encoding = response.headers.get('content-encoding') ?? 'identity';
    if (encoding === 'identity' || status === 416) return response;
    await response.body?.cancel();
    throw failure('download-encoding', `${what} came with the content encoding ${encoding}, unasked`, url);
  }
  await response.body?.cancel();
  if (status >= 500 || status === 429 || status === 408) {
    throw new Transient(`status ${status} from ${redactUrl(url)}`, retryAfter(response));
  }
  throw new CatamaranError('network', {
    code: status === 404 || status === 410 ? 'download-missing' : 'download-refused',
    message: `${what}: ${redactUrl(url)} answered ${status}${response.statusText ? ` ${response.statusText}` : ''}`,
    hint: hintOf(status),
  });
}

function hintOf(status: number): string {
  if (status === 404 || status === 410)
    return 'The server does not have it (any more): update the lock, or use another mirror.';
  if (status === 401 || status === 403) return 'Check the credentials and what they may read.';
  return 'Check the address, and whether something between here and there answers in its place.';
}

/** Seconds, or a date, which is held against the server's own clock. Milliseconds; undefined if it says nothing. */
function retryAfter(response: Response): number | undefined {
  const text = response.headers.get('retry-after');
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const wait = Date.parse(text) - Date.parse(response.headers.get('date') ?? '');
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined;
}

function failure(code: string, message: string, url: URL): CatamaranError {
  return new CatamaranError('network', {
    code,
    message: `${message} (asked for ${redactUrl(url)})`,
    hint: 'Check the address, or use another mirror.',
  });
}
