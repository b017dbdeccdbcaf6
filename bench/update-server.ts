// A web server for a directory, in a thread of its own because the agent blocks this one while curl runs. It answers
// ranges, and counts what it sends: requests, bytes of bodies, and bytes on the wire with their headers.
import { Worker } from 'node:worker_threads';

export interface Served {
  readonly path: string;
  /** Of the body. */
  readonly bytes: number;
}

export interface CountingServer {
  readonly url: string;
  /** Since the last call: the requests, and the bytes of both directions with all headers. */
  take(): Promise<{ readonly requests: readonly Served[]; readonly wire: number }>;
  close(): Promise<void>;
}

const program = `
const { createServer } = require('node:http');
const { openSync, fstatSync, createReadStream } = require('node:fs');
const { join, normalize } = require('node:path');
const { parentPort, workerData } = require('node:worker_threads');
let requests = [];
let wire = 0;
const sockets = new Set();
const weigh = (socket) => {
  const all = socket.bytesRead + socket.bytesWritten;
  wire += all - (socket.weighed || 0);
  socket.weighed = all;
};
const server = createServer((request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname));
  const record = { path, bytes: 0 };
  requests.push(record);
  let fd;
  try {
    fd = openSync(join(workerData, path), 'r');
  } catch {
    response.writeHead(404);
    return response.end('no such file');
  }
  const { size } = fstatSync(fd);
  const [, first, last] = /^bytes=(\\d+)-(\\d+)$/.exec(request.headers.range || '') || [];
  const start = first === undefined ? 0 : Number(first);
  const end = first === undefined ? size - 1 : Math.min(Number(last), size - 1);
  record.bytes = end - start + 1;
  const headers = { 'content-length': record.bytes };
  if (first !== undefined) headers['content-range'] = 'bytes ' + start + '-' + end + '/' + size;
  response.writeHead(first === undefined ? 200 : 206, headers);
  createReadStream('', { fd, start, end }).pipe(response);
});
server.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('close', () => {
    weigh(socket);
    sockets.delete(socket);
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
parentPort.on('message', () => {
  sockets.forEach(weigh);
  parentPort.postMessage({ requests, wire });
  requests = [];
  wire = 0;
});
`;

export async function startCountingServer(directory: string): Promise<CountingServer> {
  const worker = new Worker(program, { eval: true, workerData: directory });
  const hear = <T>() =>
    new Promise<T>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
    });
  const { port } = await hear<{ port: number }>();
  return {
    url: `http://127.0.0.1:${port}`,
    take() {
      const answer = hear<{ requests: Served[]; wire: number }>();
      worker.postMessage('take');
      return answer;
    },
    close: async () => void (await worker.terminate()),
  };
}
