// A package of LinuxKit → the image that it stands for, as `linuxkit pkg show-tag` tells it: the tag is the hash that git has
// of the package's directory, so that it names exactly what the image was built from. git is the user's own, with the
// user's settings; it only reads here, and runs no hook and no monitor.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ErrorCode } from '../base/error-codes.ts';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { nameOfPackage, parsePackage } from '../specification/linuxkit-package.ts';
import { type ImageReference, parseReference } from '../specification/reference.ts';

const maxRecipe = 1 << 20;
const maxSeconds = 60;

export async function imageOfPackage(
  directory: string,
  signal: AbortSignal,
): Promise<ImageReference & { kind: 'registry' }> {
  const recipe = join(directory, 'build.yml');
  const found = parsePackage(recipe, await readRecipe(recipe));
  const git = (args: readonly string[], where = directory) => askGit(where, args, signal);
  await requireClean(directory, git);
  const hashes = [await treeHash(directory, git)];
  for (const source of found.extraSources) hashes.push(await treeHash(resolve(directory, source), git));
  const hash = hashes.length === 1 ? hashes[0]! : createHash('sha1').update(hashes.join('')).digest('hex');
  const reference = parseReference(nameOfPackage(found, hash));
  if (reference.kind === 'registry') return reference;
  throw new CatamaranError('spec', {
    code: 'package-malformed',
    message: `${recipe} names no image of a registry: ${nameOfPackage(found, hash)}`,
    hint: 'Mend its org and image.',
  });
}

async function readRecipe(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > maxRecipe) throw new Error('it is larger than 1 MiB');
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CatamaranError(
      'spec',
      {
        code: 'package-unreadable',
        message: `${path} cannot be read: ${messageOf(error)}`,
        hint: 'After @pkg: comes the directory of a component, or of a package of LinuxKit.',
      },
      { cause: error },
    );
  }
}

type Git = (args: readonly string[], where?: string) => Promise<Answer>;
interface Answer {
  readonly ok: boolean;
  readonly text: string;
  readonly complaint: string;
}

/** What is not committed is in no image that another machine could fetch. */
async function requireClean(directory: string, git: Git): Promise<void> {
  if (!(await git(['rev-parse', '--is-inside-work-tree'])).ok) {
    throw refuse('package-not-in-git', directory, 'it is in no git repository, which tells its tag');
  }
  const changed = await git(['diff', '--no-ext-diff', '--no-textconv', '--quiet', 'HEAD', '--', '.']);
  const others = await git(['ls-files', '--exclude-standard', '--others', '--', '.']);
  if (!changed.ok || others.text !== '') {
    throw refuse('package-dirty', directory, 'it has changes that are not committed');
  }
}

async function treeHash(directory: string, git: Git): Promise<string> {
  const { ok, text, complaint } = await git(['rev-parse', '--verify', '--quiet', 'HEAD:./'], directory);
  if (ok && /^[0-9a-f]{40,64}$/.test(text)) return text;
  throw refuse('package-not-in-git', directory, complaint || 'its last commit does not have it');
}

function refuse(code: ErrorCode, directory: string, why: string): CatamaranError {
  return new CatamaranError('spec', {
    code,
    message: `the image of the LinuxKit package ${directory} is not known: ${why}`,
    hint: 'Commit it, and push its image by linuxkit pkg push; or write the image itself instead of @pkg:.',
  });
}

/** No hooks, no monitors, no locks, no questions. */
const settings = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];

async function askGit(directory: string, args: readonly string[], signal: AbortSignal): Promise<Answer> {
  const { execa } = await import('execa');
  const answer = await execa('git', [...settings, '-C', directory, ...args], {
    // The directory tells the repository, and not what calls this: a hook of git, perhaps.
    env: {
      GIT_DIR: undefined,
      GIT_WORK_TREE: undefined,
      GIT_INDEX_FILE: undefined,
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
    },
    stdin: 'ignore',
    timeout: maxSeconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 20,
    cancelSignal: signal,
    reject: false,
  });
  signal.throwIfAborted();
  if (answer.exitCode !== undefined) {
    return {
      ok: answer.exitCode === 0,
      text: answer.stdout.trim(),
      complaint: answer.stderr.trim().split('\n')[0]!,
    };
  }
  const why = answer.timedOut
    ? `it took more than ${maxSeconds} s`
    : (answer.code ?? answer.signal ?? 'it did not run');
  throw new CatamaranError('environment', {
    code: 'git-failed',
    message: `git, which tells the tag of the LinuxKit package ${directory}, does not work: ${why}`,
    hint: 'Install git; or write the image itself instead of @pkg:.',
  });
}
