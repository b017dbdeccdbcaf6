// What a release says of itself, in the three places where it stands, in each with what can be known there: as
// `manifest.json` in the boot archive, which is one of the images and so cannot name them; as `manifest.json` beside the
// three images, from where a machine stages it; and as `OS-VERSION-ARCH.manifest.json` in a repository, signed, in
// canonical JSON. Nothing in it names a channel. Whoever reads one has checked where it comes from; here only its form.

import {
  type Fields,
  fieldsOf,
  hasField,
  type JsonObject,
  listField,
  numberField,
  objectField,
  textField,
} from '../base/fields.ts';
import type { ReleaseVersion } from '../base/flavour.ts';
import { encodeCanonical, parseCanonical } from '../tuf/canonical.ts';
import { tufFields } from '../tuf/fields.ts';
import { requireSchema } from '../tuf/pointer.ts';
import { mostEpoch, sha256Form, targetForm, versionForm } from '../tuf/release-ref.ts';
import { format, readFormatted, writeDocument } from './document.ts';

export const releaseParts = ['boot', 'root', 'hash'] as const;
export type ReleasePart = (typeof releaseParts)[number];

/** Of dm-verity, as the arguments in the boot archive have them; lower-case hex. */
export interface VerityTree {
  readonly roothash: string;
  readonly salt: string;
  readonly dataBlocks: number;
}

export interface ReleaseFacts extends VerityTree {
  readonly os: string;
  readonly version: ReleaseVersion;
  /** Debian's name. */
  readonly arch: string;
}

/** In the boot archive: what `catamaran inspect` verifies. */
export interface BootManifest extends ReleaseFacts {
  readonly segments: readonly RootSegment[];
}

/** Offset and size in bytes of the root image; one after the other, so that checking all of them reads no byte twice. */
export interface RootSegment {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly sha256: string;
  /** Absolute paths on the machine; base has none. A release that keeps former versions finds them by these. */
  readonly mountPoints?: readonly string[];
}

/** Beside the images. */
export interface ReleaseManifest extends ReleaseFacts {
  readonly parts: Readonly<Record<ReleasePart, PartImage>>;
}

export interface PartImage {
  /** In bytes, of the raw image; a multiple of 512. What follows it in the partition does not matter. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** In a repository. */
export interface SignedManifest extends ReleaseFacts {
  readonly epoch: number;
  readonly minFrom?: string;
  readonly parts: Readonly<Record<ReleasePart, TargetImage>>;
  /** The images' chunk index (contract/chunk-index.ts); releases of before have none. */
  readonly chunks?: TargetFileRef;
}

export interface TargetFileRef {
  readonly target: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

export interface TargetImage extends PartImage {
  /** The target's name; its file is `targets/SHA256.TARGET`. */
  readonly target: string;
}

/** The name of each part's image in a release's directory. */
export function partImageName(part: ReleasePart): string {
  return `${part}.img`;
}

export function writeBootManifest(manifest: BootManifest): string {
  return writeDocument({ ...factsJson(manifest), segments: manifest.segments });
}

export function readBootManifest(text: string, what: string): BootManifest {
  const fields = readFormatted(text, what);
  return { ...readFacts(fields), segments: readSegments(fields) };
}

export function writeReleaseManifest(manifest: ReleaseManifest): string {
  return writeDocument({ schema, ...factsJson(manifest), parts: partsJson(manifest) });
}

export function readReleaseManifest(text: string, what: string): ReleaseManifest {
  const fields = readFormatted(text, what);
  requireSchema(fields, schema);
  return { ...readFacts(fields), parts: readParts(fields, readImage) };
}

export function writeSignedManifest(manifest: SignedManifest): Uint8Array {
  const { epoch, minFrom, chunks } = manifest;
  const parts = partsJson(manifest);
  const more = chunks === undefined ? {} : { chunks: { ...chunks } };
  return encodeCanonical({
    format,
    schema,
    ...factsJson(manifest),
    epoch,
    min_from: minFrom,
    parts,
    ...more,
  });
}

export function readSignedManifest(bytes: Uint8Array, what: string): SignedManifest {
  const fields = tufFields(parseCanonical(bytes, what), what);
  requireSchema(fields, schema);
  if (hasField(fields, 'format')) requireSchema(fields, format, 'format');
  return {
    ...readFacts(fields),
    epoch: numberField(fields, 'epoch', 0, mostEpoch),
    ...(hasField(fields, 'min_from') ? { minFrom: textField(fields, 'min_from', versionForm) } : {}),
    parts: readParts(fields, (part) => ({
      target: textField(part, 'target', targetForm),
      ...readImage(part),
    })),
    ...(hasField(fields, 'chunks') ? { chunks: readChunksRef(objectField(fields, 'chunks')) } : {}),
  };
}

/** Of a chunk index, in bytes: at 8 KiB for each chunk, a root of more than 6 GiB. One that is larger is not used. */
export const chunkIndexLimit = 8 << 20;

function readChunksRef(fields: Fields): TargetFileRef {
  return {
    target: textField(fields, 'target', targetForm),
    size: numberField(fields, 'size', 1),
    sha256: textField(fields, 'sha256', sha256Form),
  };
}

/** How agents that know no `format` ask for it, in manifests that name images. */
const schema = 1;
const mostSegments = 10_000;

function factsJson({ os, version, arch, roothash, salt, dataBlocks }: ReleaseFacts): JsonObject {
  return { os, version, arch, roothash, salt, dataBlocks };
}

function partsJson({ parts }: Pick<ReleaseManifest, 'parts'>): JsonObject {
  return Object.fromEntries(releaseParts.map((part) => [part, { ...parts[part] }]));
}

export function readFacts(fields: Fields): ReleaseFacts {
  return {
    os: textField(fields, 'os', /^[a-z][a-z0-9-]{0,62}$/),
    version: textField(fields, 'version', versionForm),
    arch: textField(fields, 'arch', /^[a-z0-9]{1,16}$/),
    roothash: textField(fields, 'roothash', sha256Form),
    salt: textField(fields, 'salt', /^(?:[0-9a-f]{2}){0,256}$/),
    dataBlocks: numberField(fields, 'dataBlocks', 1),
  };
}

function readSegments(fields: Fields): RootSegment[] {
  let end = 0;
  return listField(fields, 'segments', mostSegments).map((value, index) => {
    const segment = fieldsOf(value, `${fields.what}: segments[${index}]`, fields.refuse);
    const offset = numberField(segment, 'offset', end);
    const size = numberField(segment, 'size', 0);
    end = offset + size;
    const name = textField(segment, 'name', /^/, 1024);
    const sha256 = textField(segment, 'sha256', sha256Form);
    if (!hasField(segment, 'mountPoints')) return { name, offset, size, sha256 };
    return { name, offset, size, sha256, mountPoints: readMountPoints(segment) };
  });
}

function readMountPoints(segment: Fields): string[] {
  return listField(segment, 'mountPoints', mostSegments).map((value) => {
    if (typeof value !== 'string' || !/^(\/[\w.-]{1,255}){1,16}$/.test(value))
      throw segment.refuse(`${segment.what}: mountPoints`, 'has what is no path');
    return value;
  });
}

function readParts<Image>(
  fields: Fields,
  read: (part: Fields) => Image,
): Readonly<Record<ReleasePart, Image>> {
  const parts = objectField(fields, 'parts');
  const each = releaseParts.map((part) => [part, read(objectField(parts, part))]);
  return Object.fromEntries(each) as Record<ReleasePart, Image>;
}

function readImage(part: Fields): PartImage {
  const size = numberField(part, 'size', 1);
  if (size % 512 !== 0) throw part.refuse(`${part.what}: size`, `is ${size}, no multiple of 512`);
  return { size, sha256: textField(part, 'sha256', sha256Form) };
}
