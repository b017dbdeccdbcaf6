// A real proxy on this machine. It alone knows where the names lead, so that what arrives has come through it.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TestProxy {
  readonly host: string;
  /** What it was asked for: `CONNECT mirror.test:443`, `GET http://mirror.test/x`. */
  readonly asked: string[];
  /** The Proxy-Authorization that came with each. */
  readonly shown: (string | undefined)[];
}

/** Leads every name to `port` of this machine. `status` is what it says to a tunnel instead of making one. */
export async function startProxy(port: number, status = 200): Promise<TestProxy> {
  const asked: string[] = [];
  const shown: (string | undefined)[] = [];
  const note = ({ method, url, headers }: IncomingMessage) => {
    asked.push(`${method} ${url}`);
    shown.push(headers['proxy-authorization']);
  };
  const server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    note(incoming);
    const { pathname } = new URL(incoming.url!);
    const { 'proxy-authorization': _, ...headers } = incoming.headers;
    const onward = { host: '127.0.0.1', port, path: pathname, headers, agent: false };
    request(onward, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    }).end();
  });
  const open = new Set<Socket>();
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    note(incoming);
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const each of [socket, onward]) {
      open.add(each);
      each.on('error', () => {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked, shown };
}
