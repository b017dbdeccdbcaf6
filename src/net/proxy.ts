// HTTP proxies, said by the environment as curl, Go and Docker read it: plain requests are sent to them whole (RFC 9112,
// 3.2.2), encrypted ones through a tunnel (CONNECT, RFC 9110, 9.3.6), whose other end proves itself as ever.
import { request as requestHttp } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import { BlockList, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { CatamaranError } from '../base/errors.ts';
import { authorizationOf } from './address.ts';
import { Transient } from './patience.ts';

/** The proxy on the way to an address; undefined when there is none. */
export type FindProxy = (url: URL) => URL | undefined;

/** Milliseconds for a tunnel to be made. */
const tunnelTime = 30_000;

/**
 * HTTPS_PROXY, HTTP_PROXY and NO_PROXY, or the same in lower case, which come first. This machine needs no proxy. What
 * cannot be read is an error when it is needed, and only then.
 */
export function proxiesOf(env: Readonly<Record<string, string | undefined>>): FindProxy {
  const read = (name: string) => env[name.toLowerCase()] || env[name] || '';
  const isExcepted = parseExceptions(read('NO_PROXY'));
  return (url) => {
    const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
    return isExcepted(url) ? undefined : parseProxy(read(name), name);
  };
}

function parseProxy(text: string, name: string): URL | undefined {
  if (text.trim() === '') return undefined;
  const whole = text.includes('://') ? text.trim() : `http://${text.trim()}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url?.protocol === 'http:') return url;
  throw new CatamaranError('environment', {
    code: 'proxy-malformed',
    message: `${name} is not the address of an HTTP proxy${url ? `: its scheme is ${url.protocol}` : ''}`,
    hint: 'Write http://HOST:PORT, or unset it.',
  });
}

/** `example.org` and all below it, with a port or without; addresses, and ranges of them (CIDR); `*` for all. */
function parseExceptions(text: string): (url: URL) => boolean {
  const ranges = new BlockList();
  ranges.addSubnet('127.0.0.0', 8, 'ipv4');
  ranges.addAddress('::1', 'ipv6');
  const names = ['localhost'];
  for (const word of text.toLowerCase().split(/[\s,]+/)) {
    const [, address = '', bits] = /^\[?([0-9a-f.:]+?)\]?(?:\/(\d{1,3}))?$/.exec(word) ?? [];
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    if (version === 0) names.push(word.replace(/^\*?\./, ''));
    else if (Number(bits ?? most) <= most)
      ranges.addSubnet(address, Number(bits ?? most), version === 4 ? 'ipv4' : 'ipv6');
  }
  return (url) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const version = isIP(host);
    if (version !== 0 && ranges.check(host, version === 4 ? 'ipv4' : 'ipv6')) return true;
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    return names.some((name) =>
      [host, `${host}:${port}`].some((own) => name === '*' || own === name || own.endsWith(`.${name}`)),
    );
  };
}

/** What turns a request for `url` into one to its proxy. */
export function absoluteForm<T extends { readonly headers: Readonly<Record<string, string>> }>(
  request: T,
  url: URL,
  proxy: URL,
): T & { path: string } {
  const headers = { ...request.headers, host: url.host, ...proxyHeaders(proxy) };
  return { ...request, path: url.href, headers };
}

function proxyHeaders(proxy: URL): Record<string, string> {
  const authorization = authorizationOf(proxy);
  return authorization === undefined ? {} : { 'proxy-authorization': authorization };
}

type Connected = (error: Error | null, socket?: Duplex) => void;

/** https through tunnels. Node's agent waits for a connection that a callback is given. */
export class TunnelAgent extends HttpsAgent {
  readonly #findProxy: FindProxy;

  constructor(options: AgentOptions, findProxy: FindProxy) {
    super(options);
    this.#findProxy = findProxy;
  }

  override createConnection(options: { host: string; port: number }, connected: Connected): undefined {
    const { host, port } = options;
    const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
    const proxy = this.#findProxy(new URL(`https://${authority}`))!;
    openTunnel(authority, proxy).then(
      (socket) => connected(null, super.createConnection({ ...options, socket } as never)!),
      (error: Error) => connected(error),
    );
  }
}

function openTunnel(authority: string, proxy: URL): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const headers = { host: authority, ...proxyHeaders(proxy) };
    const asking = requestHttp(proxy, { method: 'CONNECT', path: authority, headers, agent: false });
    asking.setTimeout(tunnelTime, () =>
      asking.destroy(new Transient(`the proxy ${proxy.host} says nothing`)),
    );
    asking.once('error', reject);
    asking.once('connect', (answer, socket) => {
      socket.setTimeout(0);
      if (answer.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(refusalOf(answer.statusCode!, authority, proxy));
    });
    asking.end();
  });
}

/** 4xx: it will not, whatever is tried. 5xx: it cannot now, or nobody is there. */
function refusalOf(status: number, authority: string, proxy: URL): Error {
  const message = `the proxy ${proxy.host} answered ${status} when asked for ${authority}`;
  if (status >= 500) return new Transient(message);
  const hint = 'Check HTTPS_PROXY with its user and password, or except the host by NO_PROXY.';
  return new CatamaranError('network', { code: 'proxy-refused', message, hint });
}
