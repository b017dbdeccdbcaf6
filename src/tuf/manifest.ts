// `OS-VERSION-ARCH.manifest.json`: one release, whole: the three images of a slot, by size and hash, and the root hash
// that the kernel will be given. Nothing in it names a channel. `parseReleaseManifest` of slots reads the same bytes: what
// is said here beside is of the repository, not of the slot.
import { encodeCanonical, parseCanonical } from './canonical.ts';
import { type Fields, fieldsOf, hasField, numberField, objectField, textField } from './fields.ts';
import { type ImageKind, imageKinds } from './names.ts';
import { requireSchema } from './pointer.ts';
import { refuse } from './refuse.ts';
import { mostEpoch, type ReleaseRef, sha256Form, targetForm, versionForm } from './release-ref.ts';

export const manifestSchema = 1;

export interface ReleasePart {
  /** The target's name; its file is `targets/SHA256.TARGET`. */
  readonly target: string;
  /** In bytes, of the raw image; what follows it in the partition does not matter. */
  readonly size: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly os: string;
  readonly version: string;
  /** Debian's name. */
  readonly arch: string;
  readonly epoch: number;
  readonly minFrom?: string;
  readonly parts: Readonly<Record<ImageKind, ReleasePart>>;
  /** dm-verity's, lower-case hex. */
  readonly rootHash: string;
  readonly salt: string;
  readonly dataBlocks: number;
}

export function parseManifest(bytes: Uint8Array, what: string): Manifest {
  const fields = fieldsOf(parseCanonical(bytes, what), what);
  requireSchema(fields, manifestSchema);
  const table = objectField(fields, 'parts');
  const parts = Object.fromEntries(imageKinds.map((kind) => [kind, readPart(objectField(table, kind))]));
  return {
    os: textField(fields, 'os', /^[a-z][a-z0-9-]{0,62}$/),
    version: textField(fields, 'version', versionForm),
    arch: textField(fields, 'arch', /^[a-z0-9]{1,16}$/),
    epoch: numberField(fields, 'epoch', 0, mostEpoch),
    ...(hasField(fields, 'min_from') ? { minFrom: textField(fields, 'min_from', versionForm) } : {}),
    parts: parts as Record<ImageKind, ReleasePart>,
    rootHash: textField(fields, 'roothash', sha256Form),
    salt: textField(fields, 'salt', /^(?:[0-9a-f]{2}){0,256}$/),
    dataBlocks: numberField(fields, 'dataBlocks', 1),
  };
}

export function writeManifest(manifest: Manifest): Uint8Array {
  const { os, version, arch, epoch, minFrom, parts, rootHash, salt, dataBlocks } = manifest;
  return encodeCanonical({
    schema: manifestSchema,
    os,
    version,
    arch,
    epoch,
    min_from: minFrom,
    parts: Object.fromEntries(imageKinds.map((kind) => [kind, { ...parts[kind] }])),
    roothash: rootHash,
    salt,
    dataBlocks,
  });
}

/** The manifest must be of the machine's own kind, and say what the pointer says. */
export function requireAgreement(
  manifest: Manifest,
  release: ReleaseRef,
  machine: Pick<Manifest, 'os' | 'arch'>,
): void {
  const wrong = [
    ['os', manifest.os, machine.os],
    ['arch', manifest.arch, machine.arch],
    ['version', manifest.version, release.version],
    ['epoch', manifest.epoch, release.epoch],
    ['min_from', manifest.minFrom, release.minFrom],
  ].find(([, found, expected]) => found !== expected);
  if (wrong === undefined) return;
  throw refuse(
    'mismatch',
    release.manifest.name,
    `has ${wrong[0]} ${wrong[1]} where ${wrong[2]} is expected`,
  );
}

function readPart(fields: Fields): ReleasePart {
  return {
    target: textField(fields, 'target', targetForm),
    size: numberField(fields, 'size', 1),
    sha256: textField(fields, 'sha256', sha256Form),
  };
}
