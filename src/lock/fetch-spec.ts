// A spec from the web, as LinuxKit takes one: one small text, over https or from this machine, verified by nothing but the
// connection. What it refers to is relative to the working directory, and its lock file lies there.
import { CatamaranError } from '../base/errors.ts';
import { formatSize } from '../base/size.ts';
import { parseAddress, redactUrl } from '../net/address.ts';
import { openTransport, readSmall } from '../net/http.ts';
import { Transient } from '../net/patience.ts';
import { follow } from '../net/request.ts';
import type { SpecText } from '../specification/include.ts';
import type { Context } from './context.ts';

/** Milliseconds: without a sign of life, and in all. */
const limits = { stall: 15_000, all: 60_000 };

export const isWebAddress = (name: string): boolean => /^https?:\/\//i.test(name);

export async function fetchSpec(
  text: string,
  most: number,
  { signal, transport, offline }: Pick<Context, 'signal' | 'transport'> & Partial<Pick<Context, 'offline'>>,
): Promise<SpecText> {
  const { url, authorization } = parseAddress(text, 'the spec');
  const shown = redactUrl(url);
  const refuse = (why: string, cause?: unknown) =>
    new CatamaranError(
      'network',
      {
        code: 'spec-unreachable',
        message: `${shown} cannot be read: ${why}`,
        hint: 'Check the address, or fetch it by other means and name the file.',
      },
      { cause },
    );
  if (offline) throw refuse('nothing may be fetched');
  const own = transport ?? openTransport();
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(limits.all)]);
  try {
    const request = { method: 'GET', url, headers: {}, stall: limits.stall, signal: bounded } as const;
    const journey = {
      home: url,
      authorization,
      refuse: (where: string) => refuse(`it is redirected ${where}`),
    };
    const response = await follow(
      async (each) => {
        // Redirects too.
        if (each.url.protocol === 'https:' || isLoopback(each.url)) return own.send(each);
        throw refuse(`${redactUrl(each.url)} is not encrypted: anybody on the way could change it`);
      },
      request,
      journey,
    );
    if (response.status !== 200) {
      response.discard();
      throw refuse(`the server answers ${response.status}`);
    }
    const bytes = await readSmall(response, most);
    if (!bytes) throw refuse(`it is larger than ${formatSize(most)}`);
    return { file: nameOf(url), text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (thrown) {
    if (thrown instanceof CatamaranError || signal.aborted) throw thrown;
    if (thrown instanceof Transient) throw refuse(thrown.message, thrown);
    throw refuse(
      bounded.aborted ? `it took longer than ${limits.all / 1000} s` : 'it is no UTF-8 text',
      thrown,
    );
  } finally {
    if (!transport) own.close();
  }
}

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);

/** Of a file in the working directory: it names the OS and the lock. */
function nameOf({ pathname }: URL): string {
  const last = pathname.split('/').at(-1) ?? '';
  return /^[\w][\w.+-]*$/.test(last) ? last : 'spec.yml';
}
