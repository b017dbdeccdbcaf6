// What the store's tests share: a fresh directory, a digest, a real HTTP server, a child that runs the store's code.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import { type Digest, digestFromHex } from '../../src/base/digest.ts';

export async function freshDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'catamaran-store-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export function sha256(bytes: Uint8Array | string): Digest {
  return digestFromHex(createHash('sha256').update(bytes).digest('hex'));
}

/** The same bytes for the same seed, and not compressible. */
export function noise(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0, state = seed; at < size; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** Serves on 127.0.0.1 until the test ends. */
export async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Bundles a script that imports from src into one file that a plain node runs. */
export async function bundleChild(directory: string, source: string): Promise<string> {
  const outfile = join(directory, 'child.mjs');
  await build({
    stdin: { contents: source, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'silent',
  });
  return outfile;
}
