// One small request and its whole answer, in memory: metadata, reports, locks; and what a platform says of its machine.
import type { Host } from '../host/host.ts';
import { type CurlOptions, netSpool, runCurl, type Transfer, type Transferred } from './curl.ts';

export type CurlRequest = Omit<Transfer, 'output' | 'range'>;

export interface Answer extends Pick<Transferred, 'exit' | 'status'> {
  /** Undefined where none came whole, or the server did not grant it. */
  readonly body: Uint8Array | undefined;
  /** Why not, in the words of curl. */
  readonly message: string;
}

/** Never throws for what the network does. Asks once. */
export function request(host: Host, asked: CurlRequest, options: CurlOptions): Answer {
  const output = `${netSpool}/answer`;
  host.removeFile(output);
  const { results, message } = runCurl(host, [{ ...asked, output }], options);
  const { exit, status, size } = results[0]!;
  const body = exit !== 0 ? undefined : size === 0 ? new Uint8Array(0) : host.readBytes(output, 0, size);
  host.removeFile(output);
  return { exit, status, body, message };
}
