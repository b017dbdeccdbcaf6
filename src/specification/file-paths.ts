// The spec's files to one tree, as the kernel unpacks LinuxKit's: of two with one path the later one wins, a symbolic
// link leads to where it points, and what cannot be where it is said to be is left out, with a warning.
import { childOf } from '../document/pointer.ts';
import { positionFrom, type SpecReading, warn } from './reading.ts';
import type { FileEntry } from './types.ts';

/** No two have one path then, and none lies below another that is no directory. */
export function placeFiles(reading: SpecReading, files: readonly FileEntry[]): FileEntry[] {
  const placed = new Map<string, FileEntry>();
  for (const file of files) {
    const path = followLinks(placed, file.path);
    const obstacle = path === undefined ? file : obstacleOf(placed, { ...file, path });
    if (path === undefined || obstacle) {
      warn(reading, pathOf(file), {
        code: 'spec-path-below-file',
        message:
          path === undefined
            ? `${file.path} is left out: the symbolic links on the way to it lead nowhere`
            : `${file.path} is left out: ${obstacle!.path} is in its way, ${placeFrom(reading, obstacle!, file)}`,
        hint: 'Change one of the two paths.',
      });
      continue;
    }
    if (path !== file.path) {
      warn(reading, pathOf(file), {
        code: 'spec-path-through-link',
        message: `${file.path} is written as ${path}, where a symbolic link leads`,
        hint: 'Write that path.',
      });
    }
    const first = placed.get(path);
    if (first) warnOfSecond(reading, first, file);
    // Behind the others: its place in the order is that of the one that counts.
    placed.delete(path);
    placed.set(path, { ...file, path });
  }
  return [...placed.values()];
}

const pathOf = (file: FileEntry) => childOf(file.pointer, 'path');

/** `line 3`, seen from `to`. */
const placeFrom = (reading: SpecReading, from: FileEntry, to: FileEntry): string =>
  positionFrom(reading, pathOf(from), pathOf(to));

/** As many links as Linux follows. */
const maxLinks = 40;

/** The path with all links above it followed; undefined where they lead out of the tree or around in circles. */
function followLinks(placed: ReadonlyMap<string, FileEntry>, path: string): string | undefined {
  let rest = path.split('/');
  let done: string[] = [];
  for (let links = 0; rest.length > 1; ) {
    const part = rest.shift()!;
    const above = placed.get([...done, part].join('/'));
    if (above?.content.kind !== 'symlink') {
      done.push(part);
      continue;
    }
    if (++links > maxLinks) return undefined;
    const { target } = above.content;
    if (target.startsWith('/')) done = [];
    const way: string[] = [];
    for (const step of target.split('/')) {
      if (step === '' || step === '.') continue;
      if (step !== '..') way.push(step);
      else if (way.length > 0) way.pop();
      else done.pop();
    }
    rest = [...way, ...rest];
  }
  return [...done, ...rest].join('/');
}

/** A file above it, or what lies below it where it is no directory itself. */
function obstacleOf(placed: ReadonlyMap<string, FileEntry>, { path, content }: FileEntry) {
  const parts = path.split('/');
  for (let count = 1; count < parts.length; count++) {
    const above = placed.get(parts.slice(0, count).join('/'));
    if (above && above.content.kind !== 'directory') return above;
  }
  if (content.kind === 'directory') return undefined;
  return [...placed.values()].find((each) => each.path.startsWith(`${path}/`));
}

function warnOfSecond(reading: SpecReading, first: FileEntry, second: FileEntry): void {
  const fileOf = (file: FileEntry) => reading.source.positionOf(pathOf(file)).file;
  const where = placeFrom(reading, first, second);
  warn(
    reading,
    pathOf(second),
    fileOf(first) === fileOf(second)
      ? {
          code: 'spec-duplicate-path',
          message: `${second.path} is written twice: this one counts, and not the one in ${where}`,
          hint: 'Keep one of them.',
        }
      : {
          code: 'spec-overridden-path',
          message: `${second.path} takes the place of the one in ${where}`,
          hint: 'Where this is meant, nothing need be done.',
        },
  );
}
