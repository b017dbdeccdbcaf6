// usr/lib/catamaran/directories of base: what the image has below /var and /run, which on the machine are other file systems,
// empty at first. Lines `MODE UID GID PATH` in the order in which they are made, after `format 1`.
import { format, newerDocument } from './document.ts';

export interface MadeDirectory {
  /** Absolute. */
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export const madeDirectoriesPath = 'usr/lib/catamaran/directories';

export function writeMadeDirectories(directories: readonly MadeDirectory[]): string {
  const lines = directories.map(
    ({ path, mode, uid, gid }) => `${mode.toString(8).padStart(4, '0')} ${uid} ${gid} ${path}\n`,
  );
  return `format ${format}\n${lines.join('')}`;
}

/** What is no line of ours is passed over: a machine comes up without it. */
export function readMadeDirectories(text: string): MadeDirectory[] {
  return text.split('\n').flatMap((line): MadeDirectory[] => {
    const [, newer] = /^format (\d+)$/.exec(line) ?? [];
    if (newer !== undefined && newer !== String(format))
      throw newerDocument(madeDirectoriesPath, Number(newer));
    const match = /^([0-7]{4}) (\d{1,10}) (\d{1,10}) (\/(?:var|run)\/.+)$/.exec(line);
    if (!match || /\/\.\.?(\/|$)/.test(match[4]!)) return [];
    return [
      { path: match[4]!, mode: Number.parseInt(match[1]!, 8), uid: Number(match[2]), gid: Number(match[3]) },
    ];
  });
}
