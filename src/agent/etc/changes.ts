// What was written to /etc on this machine, beside what the image has; and what of it hides something newer of the image.
import type { Host } from '../host/host.ts';
import { describeFiles, parseFiles } from './describe.ts';
import { bothPath, imageEtc, writtenEtc } from './places.ts';

/** `both`: changed here, and by an image since; what was written here is in force. */
export type EtcChangeKind = 'both' | 'changed' | 'removed' | 'added';

export interface EtcChange {
  /** Below /etc. */
  readonly path: string;
  readonly kind: EtcChangeKind;
}

/** Sorted; without `among` all there are. One that was only touched is none. */
export function listChanges(host: Host, among?: readonly string[]): EtcChange[] {
  const directory = writtenEtc(host);
  const paths = among ?? findFiles(host, directory);
  const image = new Map(describeFiles(host, imageEtc, paths).map(({ path, text }) => [path, text]));
  const both = new Set(readBoth(host).map(({ path }) => path));
  return describeFiles(host, directory, paths).flatMap(({ path, text }): EtcChange[] => {
    const theirs = image.get(path);
    const gone = text === 'gone - -';
    if (theirs === text || (gone && theirs === undefined)) return [];
    if (both.has(path)) return [{ path, kind: 'both' }];
    return [{ path, kind: gone ? 'removed' : theirs === undefined ? 'added' : 'changed' }];
  });
}

function findFiles(host: Host, directory: string): string[] {
  const { output } = host.run(['find', directory, '!', '-type', 'd']);
  const lines = output.split('\n').filter((line) => line.startsWith(`${directory}/`));
  return lines.map((line) => line.slice(directory.length + 1)).sort();
}

export function readBoth(host: Host) {
  return parseFiles(host.readText(bothPath) ?? '');
}
