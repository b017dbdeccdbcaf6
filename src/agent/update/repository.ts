// The release repository behind its URL, as the TUF client asks for it: small files, whole, each with a limit.
import type { Repository } from '../../tuf/workflow/options.ts';
import { AgentError, type Host } from '../host/host.ts';
import type { CurlOptions } from '../net/curl.ts';
import { request } from '../net/request.ts';

/** 403 is what object stores say of a file that is not there. */
const absent = [403, 404, 410];
/** curl: a `file:` that cannot be opened. */
const noSuchFile = 37;

export function openRepository(host: Host, base: string, options: CurlOptions): Repository {
  return {
    fetch(path, maxSize) {
      const url = `${base}/${path}`;
      const { exit, status, body, message } = request(host, { url, maxSize }, options);
      if (absent.includes(status) || exit === noSuchFile) return undefined;
      if (body === undefined)
        throw new AgentError(`${url}: ${message}`, {
          code: 'fetch-failed',
          fault: 'network',
          hint: 'It is tried again later; look at the server and at the network.',
        });
      return body;
    },
  };
}
