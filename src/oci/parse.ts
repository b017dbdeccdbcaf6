// Bytes of an image's JSON documents → checked data. Everything that an image says about itself comes through here,
// after its digest has been verified and before anything believes it.
import { type Digest, isDigest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { type Descriptor, type ImageConfig, type Manifest, mediaTypes } from './image.ts';

/** What the distribution specification asks of registries as the largest manifest that they must take; in bytes. */
export const maxManifestSize = 4 << 20;
/** Configs carry the history of an image; in bytes. */
export const maxConfigSize = 8 << 20;
const maxLayers = 1000;

/** Docker's names for what OCI later standardised. */
export const dockerTypes = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar',
  layerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  layerZstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
  manifest1: 'application/vnd.docker.distribution.manifest.v1+json',
  manifest1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const;

export const manifestTypes: readonly string[] = [mediaTypes.manifest, dockerTypes.manifest];
export const indexTypes: readonly string[] = [mediaTypes.index, dockerTypes.index];
/** The last four are what old Dockers and registries wrote in place of the second (moby, distribution/pull_v2.go). */
const configTypes: readonly string[] = [
  mediaTypes.config,
  dockerTypes.config,
  'application/octet-stream',
  'application/json',
  'text/html',
  '',
];
/** How a layer is compressed, and that it is one, its bytes say; with `foreign` and `nondistributable` ones among them. */
const layerType =
  /^application\/(vnd\.(docker\.image\.rootfs|docker\.container\.image\.rootfs|oci\.image\.layer)\.[\w.+-]*|octet-stream|x-tar|x-gtar|tar|gzip|x-gzip|tar\+gzip)$/;

export interface OciPlatform {
  readonly architecture: string;
  readonly os: string;
  /** By which Windows machines tell what runs on them. */
  readonly 'os.version'?: string;
  readonly variant?: string;
}

export interface IndexEntry extends Descriptor {
  readonly platform?: OciPlatform;
}

type Members = Readonly<Record<string, unknown>>;

/** `what` names the document in errors: `manifest of registry.example/app:1`. */
export function parseJson(bytes: Uint8Array, what: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw malformed(what, 'it is no JSON', cause);
  }
  return membersOf(value, what, 'the document');
}

/** A manifest or, when it lists manifests, an index. */
export function isIndex(document: Members): boolean {
  const type = document.mediaType;
  return type === undefined ? Array.isArray(document.manifests) : indexTypes.includes(String(type));
}

export function parseManifest(document: Members, what: string): Manifest {
  refuseSchema1(document, what);
  requireOneKind(document, what);
  if (document.schemaVersion !== 2) throw malformed(what, 'its schemaVersion is not 2');
  const mediaType = document.mediaType ?? mediaTypes.manifest;
  if (typeof mediaType !== 'string' || !manifestTypes.includes(mediaType)) {
    throw malformed(what, `its mediaType is ${quote(mediaType)}`);
  }
  const config = parseDescriptor(document.config, what, 'config');
  if (!configTypes.includes(config.mediaType)) {
    throw malformed(
      what,
      `its config is of type ${quote(config.mediaType)}: this is an artifact, not a container image`,
    );
  }
  if (config.size > maxConfigSize) throw malformed(what, `its config has ${config.size} bytes`);
  const layers = listOf(document.layers, what, 'layers', maxLayers).map((layer, at) =>
    parseLayer(layer, what, `layers[${at}]`),
  );
  const annotations = parseStrings(document.annotations, what, 'annotations');
  return { schemaVersion: 2, mediaType, config, layers, ...(annotations && { annotations }) };
}

export function parseIndex(document: Members, what: string): readonly IndexEntry[] {
  requireOneKind(document, what);
  if (document.schemaVersion !== 2) throw malformed(what, 'its schemaVersion is not 2');
  return listOf(document.manifests, what, 'manifests', 10_000).map((value, at) => {
    const where = `manifests[${at}]`;
    const descriptor = parseDescriptor(value, what, where);
    const platform = optional(membersOf(value, what, where).platform, (present) =>
      membersOf(present, what, `${where}.platform`),
    );
    if (!platform || saysNothing(platform)) return descriptor;
    return { ...descriptor, platform: parsePlatform(platform, what) };
  });
}

export function parseConfig(document: Members, what: string): ImageConfig {
  const rootfs = membersOf(document.rootfs, what, 'rootfs');
  if (rootfs.type !== 'layers') throw malformed(what, 'its rootfs.type is not "layers"');
  const diffIds = listOf(rootfs.diff_ids, what, 'rootfs.diff_ids', maxLayers).map((id) =>
    digestOf(id, what, 'rootfs.diff_ids'),
  );
  const created = document.created;
  const execution = document.config;
  return {
    ...parsePlatform({ ...document, ...unsaid(document) }, what),
    ...(typeof created === 'string' && { created }),
    ...(execution !== undefined &&
      execution !== null && { config: parseExecution(membersOf(execution, what, 'config'), what) }),
    rootfs: { type: 'layers', diff_ids: diffIds },
  };
}

function parseExecution(members: Members, what: string): NonNullable<ImageConfig['config']> {
  const text = (name: string) => optional(members[name], (value) => textOf(value, what, `config.${name}`));
  const texts = (name: string) =>
    optional(members[name], (value) =>
      listOf(value, what, `config.${name}`, 100_000).map((item) => textOf(item, what, `config.${name}`)),
    );
  /** As Docker decodes them: images of its first versions have one word as a text. */
  const words = (name: string) => {
    const value = members[name];
    return typeof value === 'string' ? [value] : texts(name);
  };
  const found = {
    User: text('User'),
    Env: texts('Env'),
    Entrypoint: words('Entrypoint'),
    Cmd: words('Cmd'),
    WorkingDir: text('WorkingDir'),
    Labels: parseStrings(members.Labels, what, 'config.Labels'),
    StopSignal: text('StopSignal'),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** A config that does not say what it is for says so by empty texts, as Go's encoders write it. */
const unsaid = ({ architecture, os }: Members) => ({ architecture: architecture ?? '', os: os ?? '' });

/** Go's encoders write a platform that nobody set as one of empty texts. */
const saysNothing = ({ architecture, os }: Members): boolean => !architecture && !os;

function parsePlatform(members: Members, what: string): OciPlatform {
  const text = (name: string) => optional(members[name], (value) => textOf(value, what, name));
  const [variant, version] = [text('variant'), text('os.version')];
  return {
    architecture: textOf(members.architecture, what, 'architecture'),
    os: textOf(members.os, what, 'os'),
    ...(version && { 'os.version': version }),
    ...(variant && { variant }),
  };
}

function parseLayer(value: unknown, what: string, where: string): Descriptor {
  const layer = parseDescriptor(value, what, where);
  const isEncrypted = layer.mediaType.endsWith('+encrypted');
  if (layerType.test(layer.mediaType) && !isEncrypted) return layer;
  throw malformed(what, `${where} is of type ${quote(layer.mediaType)}, which is no layer that can be read`);
}

function parseDescriptor(value: unknown, what: string, where: string): Descriptor {
  const members = membersOf(value, what, where);
  const size = members.size;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw malformed(what, `${where}.size is ${quote(size)}`);
  }
  const annotations = parseStrings(members.annotations, what, `${where}.annotations`);
  return {
    mediaType: textOf(members.mediaType ?? '', what, `${where}.mediaType`),
    digest: digestOf(members.digest, what, `${where}.digest`),
    size,
    ...(annotations && { annotations }),
  };
}

/** Old registries and Docker's first format: unsigned by content, so that nothing in it can be verified. */
function refuseSchema1(document: Members, what: string): void {
  if (document.schemaVersion !== 1 && document.fsLayers === undefined) return;
  throw new CatamaranError('integrity', {
    code: 'image-schema1',
    message: `${what} is in Docker's schema 1, which names no verifiable config`,
    hint: 'Push the image again with a current tool: it writes OCI or Docker schema 2 manifests.',
  });
}

/** What is a manifest to one reader and an index to another would have two meanings under one digest (CVE-2021-41190). */
function requireOneKind(document: Members, what: string): void {
  if (document.manifests === undefined || (document.layers === undefined && document.config === undefined))
    return;
  throw malformed(what, 'it is a manifest and an index at once');
}

function parseStrings(
  value: unknown,
  what: string,
  where: string,
): Readonly<Record<string, string>> | undefined {
  return optional(value, (present) => {
    const entries = Object.entries(membersOf(present, what, where));
    // As Go's decoders read it.
    const read = (text: unknown, key: string) => (text === null ? '' : textOf(text, what, `${where}.${key}`));
    return Object.fromEntries(entries.map(([key, text]) => [key, read(text, key)]));
  });
}

/** Go's encoders write null for what is empty. */
function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value);
}

function membersOf(value: unknown, what: string, where: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw malformed(what, `${where} is no object`);
}

function listOf(value: unknown, what: string, where: string, most: number): readonly unknown[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw malformed(what, `${where} is no list`);
  if (value.length > most) throw malformed(what, `${where} has ${value.length} members`);
  return value;
}

function textOf(value: unknown, what: string, where: string): string {
  if (typeof value === 'string') return value;
  throw malformed(what, `${where} is no text`);
}

function digestOf(value: unknown, what: string, where: string): Digest {
  if (typeof value === 'string' && isDigest(value)) return value;
  throw malformed(what, `${where} is no sha256 digest: ${quote(value)}`);
}

function malformed(what: string, evidence: string, cause?: unknown): CatamaranError {
  const message = `${what} cannot be used: ${evidence}`;
  return new CatamaranError('integrity', { code: 'image-malformed', message }, { cause });
}

function quote(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 120);
}
