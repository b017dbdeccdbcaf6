// The agent's one door to the network: the program curl. Many transfers in one process over connections that are kept, each
// bounded in size and time. All that is asked for stands in a configuration file, so that no address, path or secret passes
// through a shell or a list of processes. No proxy of the environment is used, but one that the caller names: what answers is
// what was asked.
import { AgentError, type Host } from '../host/host.ts';
import { type AgentProxy, proxyOptions } from './proxy.ts';

export interface Transfer {
  readonly url: string;
  /** Where the body goes. Not made for an empty one. */
  readonly output: string;
  /** In bytes; a longer body is refused. */
  readonly maxSize: number;
  readonly range?: { readonly offset: number; readonly size: number };
  /** Absent: GET, or POST where there is a body. */
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** Of printable ASCII. What has any is for that server alone: a redirection is not followed. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly type: string; readonly text: string };
}

export interface Transferred {
  /** curl's exit code for this transfer, of curl(1), "EXIT CODES". */
  readonly exit: number;
  /** HTTP status; 0 where there was no answer, or none by HTTP. */
  readonly status: number;
  /** Bytes of the body that came. */
  readonly size: number;
}

export interface CurlOptions {
  readonly ca?: string | undefined;
  /** Seconds in which less than 1000 bytes a second come, after which a transfer has failed. */
  readonly patience: number;
  /** Connections at once. */
  readonly parallel?: number;
  /** Seconds that a transfer may take, however well it goes. */
  readonly limit?: number;
  /** From a port below 1024, as some services want it. */
  readonly lowPort?: true;
  /** Absent: what is asked is asked directly. */
  readonly proxy?: AgentProxy | undefined;
}

/** What is asked and what comes, for as long as it takes. In memory. */
export const netSpool = '/run/catamaran/net';
/** Never begun, or no word of it. */
const unknown: Transferred = { exit: -1, status: 0, size: 0 };
const slowest = 1000;

export function runCurl(
  host: Host,
  transfers: readonly Transfer[],
  options: CurlOptions,
): { results: readonly Transferred[]; message: string } {
  const config = `${netSpool}/curl`;
  host.writeFile(config, describe(transfers, options));
  const { output, status } = host.run(['curl', '-q', '-K', config]);
  host.removeFile(config);
  const results = transfers.map(() => unknown);
  for (const [, index, exit, code, size] of output.matchAll(/^transfer (\d+) (\d+) (\d+) (\d+)$/gm))
    results[Number(index)] = { exit: Number(exit), status: Number(code), size: Number(size) };
  const said = output.split('\n').filter((line) => line.startsWith('curl: ('));
  return { results, message: said.at(-1)?.slice(0, 300) ?? `curl ended with status ${status}` };
}

function describe(
  transfers: readonly Transfer[],
  { ca, patience, parallel = 1, limit = Number.POSITIVE_INFINITY, lowPort, proxy }: CurlOptions,
): string {
  const global = parallel > 1 && transfers.length > 1 ? ['parallel', `parallel-max = ${parallel}`] : [];
  const sections = transfers.map(({ url, output, maxSize, range, method, headers, body }, index) => {
    const scheme = url.slice(0, url.indexOf(':'));
    const later = scheme === 'http' ? '=http,https' : `=${scheme}`;
    const lines = Object.entries({ ...headers, ...(body && { 'content-type': body.type }) });
    return [
      `url = ${quote(url)}`,
      `output = ${quote(output)}`,
      `write-out = "transfer ${index} %{exitcode} %{http_code} %{size_download}\\n"`,
      `max-filesize = ${maxSize}`,
      `max-time = ${Math.min(2 * patience + Math.ceil(maxSize / slowest), limit)}`,
      `connect-timeout = ${patience}`,
      `speed-limit = ${slowest}`,
      `speed-time = ${patience}`,
      `proto = "=${scheme}"`,
      ...Object.entries(proxyOptions(url, proxy)).map(([name, value]) => `${name} = ${quote(value)}`),
      ...(lowPort ? ['local-port = 600-1023'] : []),
      ...(headers === undefined ? [`proto-redir = "${later}"`, 'location', 'max-redirs = 5'] : []),
      'fail',
      'silent',
      'show-error',
      ...(ca === undefined ? [] : [`cacert = ${quote(ca)}`]),
      ...(range === undefined ? [] : [`range = "${range.offset}-${range.offset + range.size - 1}"`]),
      ...lines.map((line) => `header = ${quote(headerLine(line))}`),
      // Not data-binary, to which an @ at the beginning is a file.
      ...(body === undefined ? [] : [`data-raw = ${quote(body.text)}`]),
      ...(method === undefined ? [] : [`request = "${method}"`]),
    ].join('\n');
  });
  return `${[...global, sections.join('\nnext\n')].join('\n')}\n`;
}

function headerLine([name, value]: readonly [string, string]): string {
  if (!/^[A-Za-z0-9-]+$/.test(name) || !/^[\x20-\x7e]+$/.test(value))
    throw new AgentError(`no header of HTTP: ${JSON.stringify(name)}`, {
      code: 'header-malformed',
      fault: 'internal',
    });
  return `${name}: ${value}`;
}

/** curl(1), "-K": within quotes a backslash takes the next character, and \n is the end of a line. */
function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
}
