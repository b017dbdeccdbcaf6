// A new release: its three images and its manifest become targets that the releases role signs. Until a channel points
// at it, no machine asks for it.

import { CatamaranError } from '../base/errors.ts';
import type { ReleaseVersion } from '../base/flavour.ts';
import { chunkIndexLimit, writeSignedManifest } from '../contract/release-manifest.ts';
import { sha256Hex } from '../tuf/hex.ts';
import {
  chunkIndexName,
  type ImageKind,
  imageKinds,
  manifestName,
  releaseImageName,
  releasesRole,
} from '../tuf/names.ts';
import { type NewTarget, publish } from './change/publish.ts';
import type { Publisher, PublishOutcome } from './change/publisher.ts';
import { indexImages } from './chunking/index-images.ts';
import { measureImages, type ReleaseImages } from './images.ts';
import { targetJson } from './repository/state.ts';

export interface AddRequest {
  readonly release: ReleaseImages;
  readonly epoch: number;
  readonly minFrom?: string | undefined;
}

export interface AddAnswer {
  readonly outcome: PublishOutcome;
  readonly manifest: { readonly name: string; readonly sha256: string };
  /** In bytes, of the three images. */
  readonly size: number;
  /** It was there, this very build: nothing has changed. */
  readonly already: boolean;
}

export async function addRelease(request: AddRequest, publisher: Publisher): Promise<AddAnswer> {
  const { release, epoch, minFrom } = request;
  const measured = await measureImages(release);
  const part = (kind: ImageKind) => ({
    target: releaseImageName(release.manifest, kind),
    size: measured[kind].size,
    sha256: measured[kind].sha256,
  });
  const { os, version, arch } = release.manifest;
  const parts = { boot: part('boot'), root: part('root'), hash: part('hash') };
  const index = await chunkIndexOf(release);
  const bytes = writeSignedManifest({
    ...release.manifest,
    epoch,
    ...(minFrom === undefined ? {} : { minFrom }),
    parts,
    ...(index === undefined ? {} : { chunks: index.ref }),
  });
  const manifest = { name: manifestName(release.manifest), sha256: sha256Hex(bytes), source: bytes };
  const files: NewTarget[] = [
    ...imageKinds.map((kind) => ({
      name: parts[kind].target,
      sha256: parts[kind].sha256,
      source: measured[kind].path,
    })),
    ...(index === undefined
      ? []
      : [{ name: index.ref.target, sha256: index.ref.sha256, source: index.bytes }]),
    manifest,
  ];
  let already = false;
  const change: Parameters<typeof publish>[1] = async (state) => {
    if (os !== state.config.os) throw foreignOs(os, state.config.os);
    const role = state.roles.get(releasesRole)!;
    const present = role.parsed.targets.get(manifest.name);
    already = present?.sha256 === manifest.sha256;
    if (present) throw versionTaken(version, arch);
    const targets = {
      ...(role.signed.targets as object),
      ...Object.fromEntries(
        imageKinds.map((kind) => [parts[kind].target, targetJson(parts[kind].size, parts[kind].sha256)]),
      ),
      ...(index && { [index.ref.target]: targetJson(index.ref.size, index.ref.sha256) }),
      [manifest.name]: targetJson(bytes.length, manifest.sha256),
    };
    return { files, roles: new Map([[releasesRole, { ...role.signed, targets }]]) };
  };
  const outcome = await publish(publisher, change).catch((thrown: unknown): PublishOutcome => {
    if (!already) throw thrown;
    return { state: 'published', roles: [], shortages: [] };
  });
  const size = imageKinds.reduce((sum, kind) => sum + parts[kind].size, 0);
  return { outcome, manifest: { name: manifest.name, sha256: manifest.sha256 }, size, already };
}

/** Of images that are too large for one, none: machines then compare the leaves of the hash trees. */
async function chunkIndexOf({ manifest, images }: ReleaseImages) {
  const bytes = await indexImages(images);
  if (bytes.length > chunkIndexLimit) return undefined;
  return {
    bytes,
    ref: { target: chunkIndexName(manifest), size: bytes.length, sha256: sha256Hex(bytes) },
  };
}

function foreignOs(os: string, expected: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-foreign-os',
    message: `this is a release of ${os}, and the repository is ${expected}’s`,
    hint: 'Name the right repository with --repo; each OS has one of its own.',
  });
}

function versionTaken(version: ReleaseVersion, arch: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-version-taken',
    message: `version ${version} for ${arch} has been added already with another content; a version never changes`,
    hint: 'Raise os.version in the spec and build again.',
  });
}
