// The release repository behind its URL, as the TUF client asks for it: small files, whole, each with a limit.
import type { Repository } from '../../tuf/workflow/options.ts';
import { AgentError, type Host } from '../host/host.ts';
import { type CurlOptions, runCurl } from './curl.ts';
import { spool } from './durable.ts';

/** 403 is what object stores say of a file that is not there. */
const absent = [403, 404, 410];
/** curl: a `file:` that cannot be opened. */
const noSuchFile = 37;

export function openRepository(host: Host, base: string, options: CurlOptions): Repository {
  return {
    fetch(path, maxSize) {
      const output = `${spool}/metadata`;
      host.removeFile(output);
      const url = `${base}/${path}`;
      const { results, message } = runCurl(host, [{ url, output, maxSize }], options);
      const { exit, status, size } = results[0]!;
      if (absent.includes(status) || exit === noSuchFile) return undefined;
      if (exit !== 0) throw new AgentError(`${url}: ${message}`);
      const bytes = size === 0 ? new Uint8Array(0) : host.readBytes(output, 0, size);
      host.removeFile(output);
      return bytes;
    },
  };
}
