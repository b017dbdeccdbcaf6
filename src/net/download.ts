// A file behind a URL into the cache. What is true of every transfer is in transfer-blob.ts; here are the rules for plain
// web servers: a user and password in the URL, redirects, and what each status means.
import { CatamaranError } from '../base/errors.ts';
import type { Blob } from '../store/blob.ts';
import { parseAddress, redactUrl } from './address.ts';
import { type HttpResponse, openTransport, type Transport } from './http.ts';
import { type Patience, type Transient, usualPatience } from './patience.ts';
import { follow, requireSettled } from './request.ts';
import type { TransferRequest, TransferTarget } from './transfer.ts';
import { transferBlob } from './transfer-blob.ts';

export interface DownloadRequest extends Omit<TransferRequest, 'ask' | 'giveUp'> {
  /** Its user and password are shown to its own origin only, not to where that redirects. */
  readonly url: string;
}

export interface DownloadTarget extends Omit<TransferTarget, 'patience'> {
  readonly offline: boolean;
  /** The way to the network; without one, a direct one. */
  readonly transport?: Transport | undefined;
  readonly patience?: Partial<Patience>;
}

/** For all who name none, so that connections are kept from one download to the next. */
const direct = openTransport();

export async function download(wanted: DownloadRequest, to: DownloadTarget): Promise<Blob> {
  const { what } = wanted;
  const { url, authorization } = parseAddress(wanted.url, what);
  const patience = { ...usualPatience, ...to.patience };
  const { send } = to.transport ?? direct;
  const ask: TransferRequest['ask'] = async (headers) => {
    if (to.offline) throw offline(url, what);
    const request = { method: 'GET', url, headers, stall: patience.stall, signal: to.signal } as const;
    const refuse = (evidence: string) => redirectRefused(url, what, evidence);
    const response = await follow(send, request, { home: url, authorization, refuse });
    requireSettled(response);
    if ([200, 206, 416].includes(response.status)) return response;
    response.discard();
    throw refusal(response, what);
  };
  const giveUp = (last: Transient, tries: number) => givenUp(url, what, last, tries);
  return transferBlob({ ...wanted, ask, giveUp }, { ...to, patience });
}

function refusal({ status, url }: HttpResponse, what: string): CatamaranError {
  const missing = status === 404 || status === 410;
  const denied = status === 401 || status === 403;
  return new CatamaranError('network', {
    code: missing ? 'download-missing' : 'download-refused',
    message: `${what}: ${redactUrl(url)} answered ${status}`,
    hint: missing
      ? 'The server does not have it (any more): update the lock, or use another mirror.'
      : denied
        ? 'Check the credentials and what they may read.'
        : 'Check the address, and whether something between here and there answers in its place.',
  });
}

function redirectRefused(url: URL, what: string, evidence: string): CatamaranError {
  return new CatamaranError('network', {
    code: 'download-redirects',
    message: `${what} was redirected ${evidence} (asked for ${redactUrl(url)})`,
    hint: 'Check the address, or use another mirror.',
  });
}

function offline(url: URL, what: string): CatamaranError {
  return new CatamaranError('network', {
    code: 'download-offline',
    message: `${what} is not in the cache, and nothing may be downloaded (${redactUrl(url)})`,
    hint: 'Run once without --offline.',
  });
}

function givenUp(url: URL, what: string, last: Transient, tries: number): CatamaranError {
  return new CatamaranError(
    'network',
    {
      code: 'download-failed',
      message: `${what} could not be downloaded from ${redactUrl(url)} in ${tries} tries: ${last.message.replace(`${redactUrl(url)}: `, '')}`,
      hint: last.message.startsWith('the proxy ')
        ? 'Mend or unset HTTP_PROXY and HTTPS_PROXY, or name this host in NO_PROXY.'
        : 'Check the network and the mirror, then run it again: it goes on from what has arrived.',
    },
    { cause: last },
  );
}
