// A mirror on this machine: serves a map of files, and misbehaves where it is told to.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Mirror } from '../../../src/packages/source.ts';

export type Misbehaviour = 'stall' | 'truncate' | number;

export interface TinyMirror {
  readonly mirror: Mirror;
  readonly url: string;
  /** The paths that were asked for. */
  readonly requests: string[];
  /** What it does instead of serving a path that ends so. */
  readonly instead: Map<string, Misbehaviour>;
  close(): Promise<void>;
}

export async function serveMirror(files: ReadonlyMap<string, Uint8Array>): Promise<TinyMirror> {
  const requests: string[] = [];
  const instead = new Map<string, Misbehaviour>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!.slice(1));
    requests.push(path);
    const bytes = files.get(path);
    const deed = [...instead].find(([end]) => path.endsWith(end))?.[1];
    if (typeof deed === 'number') response.writeHead(deed).end('no');
    else if (bytes === undefined) response.writeHead(404).end('not here');
    else if (deed === undefined) response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    else {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, bytes.length >> 1), () => {
        if (deed === 'truncate') response.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    mirror: { archive: `${url}/debian`, security: `${url}/debian-security` },
    url,
    requests,
    instead,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
