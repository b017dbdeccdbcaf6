// A platform's service for one machine, on 127.0.0.1 alone. QEMU starts a process for each connection that the machine makes
// to an address of the platform (`guestfwd` with `cmd:`), and that process leads it here.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GuestRequest, MetadataService } from './delivery.ts';

export interface Serving {
  /** For MachineOptions.linkServices. */
  readonly services: readonly { readonly address: string; readonly command: readonly string[] }[];
  /** What was asked for, in order. */
  readonly requests: readonly GuestRequest[];
  close(): Promise<void>;
}

/** Of a body that a machine sends. */
const longest = 1 << 20;

/** How a connection is led from QEMU to a port: Node, and metadata-relay-worker.ts as it is bundled. */
export interface Relay {
  readonly node: string;
  readonly script: string;
}

export async function startService(
  { addresses, answer }: MetadataService,
  { node, script }: Relay,
): Promise<Serving> {
  const requests: GuestRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => {
      if (body.length < longest) body += chunk;
    });
    incoming.on('end', () => {
      const headers = incoming.headers as Readonly<Record<string, string | undefined>>;
      const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers, body };
      requests.push(request);
      const { status, body: text, type = 'text/plain' } = answer(request);
      outgoing.writeHead(status, { 'content-type': type }).end(text);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // A run that fails before its machine starts ends all the same.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    requests,
    services: addresses.map((address) => ({ address, command: [node, script, String(port)] })),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
