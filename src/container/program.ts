// The program that a container starts, found as the runtime will: by its path, or along the PATH of its environment. What the
// image does not have would fail on the machine, at each start; so the build says it. What a mount covers nobody knows, and what
// other people's images start by themselves is theirs.
import { CatamaranError } from '../base/errors.ts';
import { formatReference } from '../specification/reference.ts';
import type { Container } from '../specification/types.ts';
import { linksOf, pathResolver } from '../tree/resolve-links.ts';
import type { ReadonlyTree } from '../tree/tree.ts';

/** Docker's, where the environment of an image and of its container has none. */
export const usualPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface Start {
  readonly program: string;
  /** By the spec or a label, and not by the image. */
  readonly chosen: boolean;
  readonly env: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** Where something is mounted: absolute. */
  readonly mounts: readonly string[];
}

export function withPath(env: readonly string[] = []): readonly string[] {
  return env.some((line) => line.startsWith('PATH=')) ? env : [...env, usualPath];
}

export function requireProgram(container: Container, start: Start, tree: ReadonlyTree): void {
  const { program, chosen, mounts } = start;
  const { kind } = container.image;
  if (!chosen && kind !== 'component' && kind !== 'directory') return;
  const resolve = pathResolver(linksOf(tree));
  const isCovered = (place: string) =>
    mounts.some((mount) => mount === '/' || place === mount || place.startsWith(`${mount}/`));
  const paths = pathsOf(start);
  const found = paths.some((path) => {
    const place = resolve(path.slice(1));
    if (isCovered(path) || (place !== undefined && isCovered(`/${place}`))) return true;
    const node = place === undefined ? undefined : tree.get(place);
    return node?.type === 'file' && (node.mode & 0o111) !== 0;
  });
  if (!found) throw noProgram(container, program, paths, tree);
}

/** Absolute, without empty parts. */
function pathsOf({ program, env, cwd }: Start): string[] {
  const clean = (path: string) => `/${path.split('/').filter(Boolean).join('/')}`;
  if (program.includes('/')) return [clean(program.startsWith('/') ? program : `${cwd}/${program}`)];
  const path = env.find((line) => line.startsWith('PATH='))?.slice('PATH='.length) ?? '';
  return path.split(':').map((directory) => clean(`${directory || cwd}/${program}`));
}

function noProgram(
  { name, image }: Container,
  program: string,
  paths: readonly string[],
  tree: ReadonlyTree,
): CatamaranError {
  const base = program.slice(program.lastIndexOf('/') + 1);
  const elsewhere = [...tree.keys()].find((path) => path.endsWith(`/${base}`));
  const isThere = paths.some((path) => tree.get(path.slice(1))?.type === 'file');
  return new CatamaranError('spec', {
    code: 'container-program-missing',
    message: `${name} cannot start: ${formatReference(image)} has no ${isThere ? 'executable ' : ''}${program}${program.includes('/') ? '' : ' in its PATH'}`,
    hint: isThere
      ? 'Give the file a mode that lets it be executed, such as 0755.'
      : elsewhere === undefined
        ? 'Correct the command, or take an image that has the program.'
        : `It has /${elsewhere}.`,
  });
}
