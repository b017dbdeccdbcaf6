// Small images, made here: in the cache, or served by a scripted registry.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { writeTar } from '../../../src/archive/write-tar.ts';
import { silentReporter } from '../../../src/base/reporter.ts';
import { mediaTypes } from '../../../src/oci/image.ts';
import { digestOfBytes } from '../../../src/oci/layout.ts';
import type { ImageAccess, ImageOrigin } from '../../../src/oci/origin.ts';
import { openRegistryClient, type RegistryOptions } from '../../../src/oci/registry.ts';
import { pullImage, resolveImage } from '../../../src/oci/resolve.ts';
import { parseReference } from '../../../src/specification/reference.ts';
import { type Cache, openCache } from '../../../src/store/cache.ts';
import { contentBytes } from '../../../src/tree/content.ts';
import { file, type ReadonlyTree, type Tree } from '../../../src/tree/tree.ts';
import type { ScriptedRegistry } from './scripted-registry.ts';

export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'catamaran-oci-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export async function temporaryCache(): Promise<Cache> {
  return openCache(join(await temporaryDirectory(), 'cache'));
}

/** With little patience, so that a registry that fails is soon given up. */
export async function temporaryAccess(options: Partial<RegistryOptions> = {}): Promise<ImageAccess> {
  const patience = { tries: 3, stall: 2000, backOff: 1, maxWait: 50, ...options.patience };
  const registries = openRegistryClient({ reporter: silentReporter, offline: false, ...options, patience });
  onTestFinished(() => registries.close());
  return { cache: await temporaryCache(), registries, directory: await temporaryDirectory() };
}

export async function tarOf(tree: ReadonlyTree): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar(tree, { clampMtime: 0 })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const helloTree = (): Tree => new Map([['hello', file('hello\n')]]);

export interface Served {
  readonly manifest: { digest: string; size: number; mediaType: string };
  readonly layer: { digest: string; size: number };
}

/** One image of one layer, under `app:tag`. `blob` is the layer as it is served; `plain` what it unpacks to. */
export async function serveImage(
  registry: ScriptedRegistry,
  options: { tag?: string; arch?: string; blob?: Uint8Array; plain?: Uint8Array; mediaType?: string } = {},
): Promise<Served> {
  const plain = options.plain ?? (await tarOf(helloTree()));
  const layer = registry.addBlob(options.blob ?? plain);
  const config = registry.addBlob(
    JSON.stringify({
      architecture: options.arch ?? 'amd64',
      os: 'linux',
      config: { Cmd: ['/hello'] },
      rootfs: { type: 'layers', diff_ids: [digestOfBytes(plain)] },
    }),
  );
  const manifest = registry.addManifest(
    {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, ...config },
      layers: [{ mediaType: options.mediaType ?? mediaTypes.layer, ...layer }],
    },
    mediaTypes.manifest,
    options.tag ?? '1',
  );
  return { manifest, layer };
}

export function originOf(text: string): ImageOrigin {
  const reference = parseReference(text);
  if (reference.kind === 'component' || reference.kind === 'directory' || reference.kind === 'package')
    throw new Error(`not fetched: ${text}`);
  return reference;
}

export async function pull(text: string, access: ImageAccess, arch: 'amd64' | 'arm64' = 'amd64') {
  return pullImage(await resolveImage(originOf(text), { ...access, arch }), access);
}

/** Path → text of each file. */
export async function textsOf(tree: ReadonlyTree): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [path, node] of tree) {
    if (node.type === 'file') texts[path] = Buffer.from(await contentBytes(node.content)).toString();
  }
  return texts;
}
