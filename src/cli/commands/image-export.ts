// `catamaran image export IMAGE TARGET`: for docker load, podman, skopeo, or as a plain tar of the root file system.
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { writeTar } from '../../archive/write-tar.ts';
import { CatamaranError, messageOf } from '../../base/errors.ts';
import {
  dockerArchiveTree,
  layoutTree,
  ociArchiveTree,
  writeArchiveFile,
  writeLayoutDirectory,
} from '../../oci/export.ts';
import { imageTree } from '../../oci/flatten.ts';
import { writeStream } from '../../output/write/stream.ts';
import { type ImageReference, parseReference } from '../../specification/reference.ts';
import { createContext } from '../context.ts';
import type { Session } from '../session.ts';
import { openNamed } from './image-find.ts';

export interface ImageExportOptions {
  readonly image: string;
  readonly target: string;
  /** What it is called in the target. */
  readonly tag?: string;
  readonly format: 'docker-archive' | 'oci-archive' | 'oci' | 'tar';
}

export async function exportImage(
  { image: named, target, tag: asked, format }: ImageExportOptions,
  session: Session,
): Promise<void> {
  refuseFormat(target);
  const path = resolve(session.io.cwd, target);
  await requireDirectory(dirname(path));
  const context = await createContext(session);
  const { cache, signal } = context;
  const { name, image } = await openNamed(named, session, context);
  const called = asked ?? name;
  const registry = registryReferenceOf(called);
  if (asked !== undefined && registry === undefined) throw noTag(asked);
  const tag = registry?.tag;
  switch (format) {
    case 'docker-archive':
      await writeArchiveFile(await dockerArchiveTree(cache, image, registry && called), path);
      break;
    case 'oci-archive':
      await writeArchiveFile(await ociArchiveTree(cache, image, tag, registry && called), path);
      break;
    case 'oci':
      await writeLayoutDirectory(await layoutTree(cache, [image], tag, registry && called), path);
      break;
    case 'tar': {
      const tree = await imageTree(cache, image, name);
      await writeStream(writeTar(tree, { clampMtime: Number.MAX_SAFE_INTEGER }), path, { signal });
    }
  }
  session.front.result('image export', { name, digest: image.digest, format, path: target }, `${target}\n`);
}

/** As skopeo and a spec write it; a file of that name is what nobody means. */
function refuseFormat(target: string): void {
  const [, format, file] = /^(docker-archive|oci-archive|oci):(.+)$/.exec(target) ?? [];
  if (format === undefined) return;
  throw new CatamaranError('usage', {
    code: 'usage-invalid-argument',
    message: `${JSON.stringify(target)} names a format beside the file`,
    hint: `The format has an option of its own: --format ${format} ${file}`,
  });
}

/** Before anything is fetched. It is not made. */
async function requireDirectory(directory: string): Promise<void> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new CatamaranError(
      'environment',
      {
        code: 'output-unwritable',
        message: `cannot write into ${directory}: ${messageOf(cause)}`,
        hint: 'Name a file in a directory that is there, and that you may write to.',
      },
      { cause },
    );
  }
}

/** Undefined where the cache lists it by a path, which may be none that a reference can have. */
function registryReferenceOf(name: string): (ImageReference & { kind: 'registry' }) | undefined {
  try {
    const reference = parseReference(name);
    return reference.kind === 'registry' ? reference : undefined;
  } catch {
    return undefined;
  }
}

function noTag(tag: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'usage-invalid-argument',
    message: `${JSON.stringify(tag)} is no name of an image`,
    hint: 'Write NAME:TAG, such as sshd:1.0 or registry.example.org/team/sshd:1.0.',
  });
}
