// A web server with ranges, in a thread of its own, because the agent under test blocks this one while curl runs. It can be
// told to fail, for paths that match and for so many requests, and it counts what it sends.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export type Fault =
  | { readonly kind: 'status'; readonly status: number }
  /** Announces everything, sends so many bytes, and cuts the connection. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Sends so many bytes and then nothing, for ever. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Sends a byte now and then. */
  | { readonly kind: 'trickle' }
  /** Says nothing until the next rules. */
  | { readonly kind: 'hold' }
  /** Flips a bit of the file, at a byte or in its middle. */
  | { readonly kind: 'corrupt'; readonly at?: number }
  /** The bytes of a range, in another order. */
  | { readonly kind: 'reorder' }
  /** The file as it is below another directory. */
  | { readonly kind: 'replay'; readonly from: string }
  /** The whole file, with 200. */
  | { readonly kind: 'no-ranges' }
  | { readonly kind: 'endless' }
  | { readonly kind: 'redirect'; readonly to: string };

export interface Rule {
  /** A regular expression on the path. */
  readonly path: string;
  readonly fault: Fault;
  /** For so many requests; absent: for ever. */
  readonly times?: number;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  /** Of the answer's body. */
  readonly bytes: number;
  /** Of a POST. */
  readonly body: string;
}

export interface TestServer {
  readonly url: string;
  /** In place of the rules before. */
  setRules(rules: readonly Rule[]): Promise<void>;
  /** Since the last call, in the order in which they came. */
  takeRequests(): Promise<readonly Request[]>;
  close(): Promise<void>;
}

/** PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

/** Serves the files below a directory, as they are at each request. */
export async function startServer(directory: string, tls?: TlsIdentity): Promise<TestServer> {
  const worker = new Worker(new URL('./server-worker.mjs', import.meta.url), {
    workerData: { directory, tls },
  });
  const hear = async <T>() => (await once(worker, 'message'))[0] as T;
  const { port } = await hear<{ port: number }>();
  const ask = (message: object) => {
    const answer = hear<{ requests: Request[] }>();
    worker.postMessage(message);
    return answer;
  };
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    setRules: async (rules) => void (await ask({ rules: structuredClone(rules) })),
    takeRequests: async () => (await ask({ take: true })).requests,
    close: async () => void (await worker.terminate()),
  };
}
