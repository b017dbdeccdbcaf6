// `catamaran release add SPEC|DIR`: the images of a build become a release; with --channel, machines of that channel
// are pointed at it in the same breath.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CatamaranError, messageOf } from '../../base/errors.ts';
import { formatSize } from '../../base/size.ts';
import { writeReleaseImages } from '../../build/release-images.ts';
import { addRelease } from '../../release/add.ts';
import { readConfig } from '../../release/config.ts';
import { type ReleaseImages, readImageDirectory } from '../../release/images.ts';
import { promote } from '../../release/pointers.ts';
import { wholeFleet } from '../../tuf/rollout.ts';
import { createContext } from '../context.ts';
import { targetArch } from '../options.ts';
import { describeOutcome, openPublisher, outcomeJson, type RepositoryOptions } from '../release-session.ts';
import type { Session } from '../session.ts';

export interface AddOptions extends RepositoryOptions {
  readonly source: string;
  readonly epoch: number;
  readonly minFrom?: string;
  readonly channel?: string;
  readonly locked?: true;
}

export async function addToReleases(options: AddOptions, session: Session): Promise<void> {
  const { source, epoch, minFrom, channel, repo } = options;
  const { front, io } = session;
  // Before anything is built: there is a repository, and its keys can be read.
  const publisher = await openPublisher(options, session);
  await readConfig(publisher.disk, repo);
  if (await isDirectory(resolve(io.cwd, source))) {
    const release = await readImageDirectory(resolve(io.cwd, source));
    await finish(release);
    return;
  }
  const context = await createContext(session);
  const scratch = await context.cache.scratch();
  try {
    await writeReleaseImages(
      { file: source, arch: targetArch(session.globals, io), frozen: options.locked === true },
      scratch.path,
      context,
    );
    await finish(await readImageDirectory(scratch.path));
  } finally {
    await scratch.dispose();
  }

  async function finish(release: ReleaseImages): Promise<void> {
    const { version, arch } = release.manifest;
    const { outcome, manifest, size } = await addRelease({ release, epoch, minFrom }, publisher);
    let text = `${version} ${arch}: ${formatSize(size)}, ${manifest.name} sha256:${manifest.sha256}\n`;
    text += describeOutcome(outcome, repo);
    if (channel !== undefined && outcome.state === 'published') {
      const pointed = await promote({ version, to: channel, points: [[0, wholeFleet]] }, publisher);
      for (const warning of pointed.warnings) front.warn(warning);
      text += describeOutcome(pointed.outcome, repo);
    }
    front.result('release add', { version, arch, size, manifest, outcome: outcomeJson(outcome) }, text);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new CatamaranError(
      'usage',
      {
        code: 'release-source-missing',
        message: `cannot read ${path}: ${messageOf(cause)}`,
        hint: 'Give a spec, or a directory with boot.img, root.img, hash.img and manifest.json.',
      },
      { cause },
    );
  }
}
