// The thread of server.ts: serves files, with the faults that it is told.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join, normalize } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

let rules = [];
let requests = [];
let release = () => {};
/** Until the next rules. */
let held = new Promise((resolve) => {
  release = resolve;
});

function takeFault(path) {
  const rule = rules.find((each) => each.times !== 0 && new RegExp(each.path).test(path));
  if (rule?.times !== undefined) rule.times -= 1;
  return rule?.fault ?? {};
}

async function serve(request, response) {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname));
  const { range } = request.headers;
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const record = {
    method: request.method,
    path,
    range,
    headers: request.headers,
    status: 0,
    bytes: 0,
    body: String(Buffer.concat(chunks)),
  };
  requests.push(record);
  const fault = takeFault(path);
  if (fault.kind === 'hold') await held;
  const answer = (status, headers, body) => send(response, fault, record, { status, headers, body });
  if (fault.kind === 'status') return answer(fault.status, {}, Buffer.from('no'));
  if (fault.kind === 'redirect') return answer(302, { location: fault.to }, Buffer.alloc(0));
  if (fault.kind === 'endless') return sendForEver(response, record);
  if (request.method === 'POST') return answer(204, {}, Buffer.alloc(0));
  let bytes;
  try {
    bytes = readFileSync(join(fault.kind === 'replay' ? fault.from : workerData.directory, path));
  } catch {
    return answer(404, {}, Buffer.from('no such file'));
  }
  if (fault.kind === 'corrupt') bytes[fault.at ?? bytes.length >> 1] ^= 4;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (first === undefined || fault.kind === 'no-ranges') return answer(200, {}, bytes);
  const [start, end] = [Number(first), Math.min(Number(last), bytes.length - 1)];
  if (start > end) return answer(416, {}, Buffer.alloc(0));
  const headers = { 'content-range': `bytes ${start}-${end}/${bytes.length}` };
  const body = bytes.subarray(start, end + 1);
  // As a cache answers that has mixed up two ranges of the same length.
  if (fault.kind === 'reorder') body.reverse();
  answer(206, headers, body);
}

function send(response, fault, record, { status, headers, body }) {
  record.status = status;
  record.bytes = body.length;
  response.writeHead(status, { 'content-length': body.length, ...headers });
  if (fault.kind === 'trickle') return sendSlowly(response, record, body);
  if (fault.kind !== 'cut' && fault.kind !== 'stall') return response.end(body);
  const part = body.subarray(0, fault.after);
  record.bytes = part.length;
  response.write(part, () => {
    if (fault.kind === 'cut') setTimeout(() => response.destroy(), 20);
  });
}

/** A byte each tenth of a second. */
function sendSlowly(response, record, body) {
  record.bytes = 0;
  const timer = setInterval(() => {
    if (response.destroyed || record.bytes >= body.length) return clearInterval(timer);
    response.write(body.subarray(record.bytes, ++record.bytes));
  }, 100);
}

function sendForEver(response, record) {
  response.writeHead(200);
  const more = () => {
    record.bytes += 65_536;
    if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(more));
  };
  more();
}

const { tls } = workerData;
const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
server.on('tlsClientError', () => {});
server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
parentPort.on('message', (message) => {
  if (message.rules) {
    rules = message.rules;
    release();
    held = new Promise((resolve) => {
      release = resolve;
    });
  }
  const taken = requests;
  if (message.take) requests = [];
  parentPort.postMessage({ requests: taken });
});
