// `catamaran release add SPEC…|DIR`: the images of a build become a release; with --channel, machines of that channel
// are pointed at it in the same breath.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CatamaranError } from '../../base/errors.ts';
import { formatSize } from '../../base/size.ts';
import { writeReleaseImages } from '../../output/disk/release-images.ts';
import { addRelease } from '../../release/add.ts';
import { promote } from '../../release/channel/pointers.ts';
import { type ReleaseImages, readImageDirectory } from '../../release/images.ts';
import { readConfig } from '../../release/repository/config.ts';
import { wholeFleet } from '../../tuf/rollout.ts';
import { createContext } from '../context.ts';
import { targetArch } from '../options.ts';
import { describeOutcome, openPublisher, outcomeJson, type RepositoryOptions } from '../release-session.ts';
import type { Session } from '../session.ts';
import { type SpecNamesAsked, specSource } from '../spec-source.ts';

export interface AddOptions extends RepositoryOptions {
  /** Specs that are merged into one, or a directory of images. */
  readonly sources: SpecNamesAsked;
  readonly set?: Readonly<Record<string, string>>;
  readonly epoch: number;
  readonly minFrom?: string;
  readonly channel?: string;
  readonly locked?: true;
}

export async function addToReleases(options: AddOptions, session: Session): Promise<void> {
  const { sources, set, epoch, minFrom, channel, repo } = options;
  const { front, io } = session;
  // Before anything is built: there is a repository, and its keys can be read.
  const publisher = await openPublisher(options, session);
  await readConfig(publisher.disk, repo);
  const directory = await findDirectory(options, io.cwd);
  if (directory !== undefined) {
    await finish(await readImageDirectory(directory));
    return;
  }
  const context = await createContext(session);
  const scratch = await context.cache.scratch();
  try {
    await writeReleaseImages(
      {
        ...specSource(sources, set, io),
        arch: targetArch(session.globals, io),
        frozen: options.locked === true,
      },
      scratch.path,
      context,
    );
    await finish(await readImageDirectory(scratch.path));
  } finally {
    await scratch.dispose();
  }

  async function finish(release: ReleaseImages): Promise<void> {
    const { version, arch } = release.manifest;
    const { outcome, manifest, size, already } = await addRelease({ release, epoch, minFrom }, publisher);
    let text = `${version} ${arch}: ${formatSize(size)}, ${manifest.name} sha256:${manifest.sha256}\n`;
    text += already ? 'added before, this very build: nothing has changed\n' : describeOutcome(outcome, repo);
    if (channel !== undefined && outcome.state === 'published') {
      const points = [[0, wholeFleet]] as const;
      const pointed = await promote({ version, to: channel, points }, publisher).catch((thrown: unknown) => {
        if (already && isThere(thrown)) return undefined;
        throw thrown;
      });
      if (pointed === undefined) text += `${channel} points at it already\n`;
      else {
        for (const warning of pointed.warnings) front.warn(warning);
        text += describeOutcome(pointed.outcome, repo);
      }
    }
    front.result('release add', { version, arch, size, manifest, outcome: outcomeJson(outcome) }, text);
  }
}

/** Of a promotion: the channel points at that version already, as after the first run of the same job. */
const isThere = (thrown: unknown): boolean =>
  thrown instanceof CatamaranError && thrown.diagnostics[0]?.code === 'release-in-channel';

/** The directory of images that was named in the place of specs. */
async function findDirectory({ sources, set }: AddOptions, cwd: string): Promise<string | undefined> {
  const directories: string[] = [];
  for (const source of sources) if (await isDirectory(resolve(cwd, source))) directories.push(source);
  const [directory] = directories;
  if (directory === undefined) return undefined;
  if (sources.length > 1 || set !== undefined) {
    throw new CatamaranError('usage', {
      code: 'release-source-mixed',
      message: `${directory} is a directory of images that are built already; ${set === undefined ? 'nothing can be merged with it' : '--set has nothing to set in it'}`,
      hint: 'Name one directory alone, or specs.',
    });
  }
  return resolve(cwd, directory);
}

/** What cannot be read is named by the reader of specs. */
async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
