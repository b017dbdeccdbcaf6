// Web addresses as users and servers give them: read once, and shown without their secrets.
import { CatamaranError } from '../base/errors.ts';

export interface Address {
  /** Without user, password and fragment. */
  readonly url: URL;
  /** The header that its user and password stand for. */
  readonly authorization?: string;
}

/** `what` is what is to be had there. */
export function parseAddress(text: string, what: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new CatamaranError('network', {
      code: 'download-url',
      message: `the address of ${what} is not an http or https URL: ${url ? redactUrl(url) : JSON.stringify(text)}`,
      hint: 'Give a URL that begins with https:// or http://.',
    });
  }
  const authorization = authorizationOf(url);
  url.username = '';
  url.password = '';
  url.hash = '';
  return { url, ...(authorization !== undefined && { authorization }) };
}

/** What `user:password@` stands for; undefined without it. */
export function authorizationOf(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  return basicAuthorization(decode(url.username), decode(url.password));
}

/** RFC 7617. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** Without user, password, query and fragment: an address that may be shown and logged. */
export function redactUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone per cent sign stands for itself.
    return text;
  }
}
