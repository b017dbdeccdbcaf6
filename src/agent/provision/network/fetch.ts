// What is fetched for provisioning, by curl: several documents in one process, each bounded in size and all of them in time;
// and one address with patience, for what user-data includes.
import type { Fetched, Request } from '../../../contract/user-data/reading.ts';
import type { Host } from '../../host/host.ts';
import { netSpool, runCurl, type Transfer } from '../../net/curl.ts';
import { type AgentProxy, readProxy } from '../../net/proxy.ts';
import { isFinal } from '../../net/retry.ts';
import type { Deadline } from '../deadline.ts';
import { documentLimit } from '../read-file.ts';

export type Asked = Pick<Transfer, 'url' | 'method' | 'headers' | 'body'>;

export interface FetchedDocument {
  readonly status: number;
  readonly body: Uint8Array | undefined;
  /** curl's words, of the last thing that went wrong in the process. */
  readonly message: string;
  readonly tooLong: boolean;
}

interface Limits {
  readonly deadline: Deadline;
  /** Seconds without an answer. */
  readonly patience?: number;
  readonly lowPort?: true;
  /** In bytes, of each. */
  readonly maxSize?: number;
  /** For what lies out in the world. */
  readonly proxy?: AgentProxy | undefined;
}

const usualPatience = 5;
/** curl(1): a file that is larger than it may be. */
const tooLarge = 63;

/** Never throws for what the network does. */
export function fetchAll(host: Host, asked: readonly Asked[], limits: Limits): FetchedDocument[] {
  const left = limits.deadline.left();
  if (left === 0)
    return asked.map(() => ({ status: 0, body: undefined, message: 'the time is over', tooLong: false }));
  const patience = Math.max(1, Math.min(limits.patience ?? usualPatience, left));
  const transfers = asked.map((each, index) => ({
    ...each,
    output: `${netSpool}/provision-${index}`,
    maxSize: limits.maxSize ?? documentLimit,
  }));
  for (const { output } of transfers) host.removeFile(output);
  const { lowPort, proxy } = limits;
  const options = { patience, limit: left, proxy, ...(lowPort && { lowPort }) };
  const { results, message } = runCurl(host, transfers, options);
  return results.map(({ exit, status, size }, index) => {
    const { output } = transfers[index]!;
    const body =
      exit !== 0 || status >= 300
        ? undefined
        : size === 0
          ? new Uint8Array(0)
          : host.readBytes(output, 0, size);
    host.removeFile(output);
    return { status, body, message, tooLong: exit === tooLarge };
  });
}

/** Asking again changes nothing: it is not there, or elsewhere, where nobody goes. */
export const isOver = (status: number): boolean => isFinal(status) || (status >= 300 && status < 400);

export function describeAnswer({ status, message, tooLong }: FetchedDocument): string {
  if (tooLong) return 'longer than anything that is read';
  if (status >= 300) return `HTTP ${status}`;
  return message.replace(/^curl: \(\d+\) /, '').slice(0, 200);
}

/** Tries again until the time is over. Digests are the reader's matter, which knows what it asked for. */
export function fetchPatiently(
  host: Host,
  { url, headers }: Pick<Request, 'url' | 'headers'>,
  deadline: Deadline,
  maxSize = documentLimit,
): Fetched {
  const proxy = readProxy(host);
  const asked = { url, ...(Object.keys(headers).length > 0 && { headers }) };
  for (let failures = 0; ; failures++) {
    const answer = fetchAll(host, [asked], { deadline, patience: 20, maxSize, proxy })[0]!;
    if (answer.body) return answer.body;
    const pause = Math.min(2 ** failures, 8);
    if (isOver(answer.status) || answer.tooLong || failures >= 5 || deadline.left() <= pause)
      return { problem: describeAnswer(answer) };
    host.run(['sleep', String(pause)]);
  }
}
