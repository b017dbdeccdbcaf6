// A web server with ranges, in a thread of its own, because the agent under test blocks this one while curl runs. It can be
// told to fail, for paths that match and for so many requests, and it counts what it sends.
import { Worker } from 'node:worker_threads';

export type Fault =
  | { readonly kind: 'status'; readonly status: number }
  /** Announces everything, sends so many bytes, and cuts the connection. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Sends so many bytes and then nothing, for ever. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Flips a bit of the file, at a byte or in its middle. */
  | { readonly kind: 'corrupt'; readonly at?: number }
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
  readonly path: string;
  readonly range: string | undefined;
  readonly status: number;
  /** Of the body. */
  readonly bytes: number;
}

export interface TestServer {
  readonly url: string;
  /** In place of the rules before. */
  setRules(rules: readonly Rule[]): Promise<void>;
  /** Since the last call, in the order in which they came. */
  takeRequests(): Promise<readonly Request[]>;
  close(): Promise<void>;
}

const program = `
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const { join, normalize } = require('node:path');
const { parentPort, workerData } = require('node:worker_threads');
let rules = [];
let requests = [];
const faultOf = (path) => {
  const rule = rules.find((each) => each.times !== 0 && new RegExp(each.path).test(path));
  if (rule && rule.times !== undefined) rule.times -= 1;
  return rule && rule.fault;
};
const server = createServer((request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname));
  const range = request.headers.range;
  const fault = faultOf(path) || {};
  const record = { path, range, status: 0, bytes: 0 };
  requests.push(record);
  const answer = (status, headers, body) => {
    record.status = status;
    record.bytes = body.length;
    response.writeHead(status, { 'content-length': body.length, ...headers });
    if (fault.kind === 'cut' || fault.kind === 'stall') {
      const part = body.subarray(0, fault.after);
      record.bytes = part.length;
      response.write(part, () => {
        if (fault.kind === 'cut') setTimeout(() => response.destroy(), 20);
      });
    } else response.end(body);
  };
  if (fault.kind === 'status') return answer(fault.status, {}, Buffer.from('no'));
  if (fault.kind === 'redirect') return answer(302, { location: fault.to }, Buffer.alloc(0));
  if (fault.kind === 'endless') {
    response.writeHead(200);
    const more = () => {
      record.bytes += 65536;
      if (!response.destroyed) response.write(Buffer.alloc(65536), () => setImmediate(more));
    };
    return more();
  }
  let bytes;
  try {
    bytes = readFileSync(join(workerData, path));
  } catch {
    return answer(404, {}, Buffer.from('no such file'));
  }
  if (fault.kind === 'corrupt') bytes[fault.at ?? bytes.length >> 1] ^= 4;
  const match = /^bytes=(\\d+)-(\\d+)$/.exec(range || '');
  if (!match || fault.kind === 'no-ranges') return answer(200, {}, bytes);
  const [start, end] = [Number(match[1]), Math.min(Number(match[2]), bytes.length - 1)];
  if (start > end) return answer(416, {}, Buffer.alloc(0));
  answer(206, { 'content-range': 'bytes ' + start + '-' + end + '/' + bytes.length }, bytes.subarray(start, end + 1));
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
parentPort.on('message', (message) => {
  if (message.rules) rules = message.rules;
  const taken = requests;
  if (message.take) requests = [];
  parentPort.postMessage({ requests: taken });
});
`;

/** Serves the files below a directory, as they are at each request. */
export async function startServer(directory: string): Promise<TestServer> {
  const worker = new Worker(program, { eval: true, workerData: directory });
  const hear = <T>() =>
    new Promise<T>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
    });
  const { port } = await hear<{ port: number }>();
  const ask = (message: object) => {
    const answer = hear<{ requests: Request[] }>();
    worker.postMessage(message);
    return answer;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    setRules: async (rules) => void (await ask({ rules: structuredClone(rules) })),
    takeRequests: async () => (await ask({ take: true })).requests,
    close: async () => void (await worker.terminate()),
  };
}
