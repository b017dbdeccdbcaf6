// A registry on this machine that serves what it is given, and can be told to lie, stall, stop and ask for tokens.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOfBytes } from '../../../src/oci/layout.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** Answers, or returns false to leave the request to the honest registry. */
export type Script = (asked: Asked, response: ServerResponse) => boolean | Promise<boolean>;

export interface ScriptedRegistry {
  readonly host: string;
  readonly asked: Asked[];
  /** Serves a manifest by its digest and, with one, by a tag. Answers with its digest. */
  addManifest(
    value: unknown,
    mediaType: string,
    tag?: string,
  ): { digest: string; size: number; mediaType: string };
  addBlob(bytes: Uint8Array | string): { digest: string; size: number };
  /** What an honest registry would send. */
  blob(digest: string): Uint8Array;
  script(script: Script): void;
  close(): Promise<void>;
}

export async function startScriptedRegistry(): Promise<ScriptedRegistry> {
  const manifests = new Map<string, { bytes: Buffer; mediaType: string }>();
  const blobs = new Map<string, Uint8Array>();
  const asked: Asked[] = [];
  let script: Script = () => false;

  const server = createServer((request, response) => {
    const one = { method: request.method!, path: request.url!, headers: request.headers };
    asked.push(one);
    request.resume();
    void (async () => {
      if (!(await script(one, response))) answer(one, response);
    })();
  });

  function answer({ path, headers }: Asked, response: ServerResponse): void {
    const [, kind, name] = /^\/v2\/.+\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    if (kind === 'manifests' && manifests.has(name!)) {
      const { bytes, mediaType } = manifests.get(name!)!;
      response.writeHead(200, { 'content-type': mediaType }).end(bytes);
    } else if (kind === 'blobs' && blobs.has(name!)) {
      const bytes = blobs.get(name!)!;
      const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
      const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
      response.writeHead(from > 0 ? 206 : 200, from > 0 ? range : {}).end(bytes.subarray(from));
    } else {
      response.writeHead(404).end('{"errors":[{"code":"NAME_UNKNOWN","message":"no"}]}');
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    addManifest(value, mediaType, tag) {
      const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
      const digest = digestOfBytes(bytes);
      manifests.set(digest, { bytes, mediaType });
      if (tag !== undefined) manifests.set(tag, { bytes, mediaType });
      return { digest, size: bytes.length, mediaType };
    },
    addBlob(content) {
      const bytes = Buffer.from(content);
      const digest = digestOfBytes(bytes);
      blobs.set(digest, bytes);
      return { digest, size: bytes.length };
    },
    blob: (digest) => blobs.get(digest)!,
    script(next) {
      script = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
