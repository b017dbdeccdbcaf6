// write_files and their like: what user-data carries itself before the network, what has to be fetched when there is one.
// Once for each machine; where a boot forgets what was written, at each boot.
import type { File } from '../../../../contract/user-data/machine-config.ts';
import { contentBytesOf, isRemote } from '../content.ts';
import type { ApplyWork, Module } from '../module.ts';
import { isForgotten, requirePath } from '../places.ts';
import { addToFile, placeFile } from '../write.ts';

export const files: Module = {
  name: 'files',
  summary: '`write_files`: with owner and mode; those with `defer` last',
  pass: 'local',
  when: 'path',
  apply(work) {
    const own = work.config.files.filter((file) => !file.contents.some(isRemote));
    for (const late of [false, true])
      for (const file of own.filter(({ defer }) => defer === late)) write(file, work);
  },
};

export const remoteFiles: Module = {
  name: 'remote files',
  summary: '`write_files` with `source`: fetched, and verified where a digest is given, before it is written',
  pass: 'network',
  when: 'path',
  isAsked: ({ files }) => files.some(({ contents }) => contents.some(isRemote)),
  apply(work) {
    for (const file of work.config.files) if (file.contents.some(isRemote)) write(file, work);
  },
};

function write(file: File, { host, occasion, report }: ApplyWork): void {
  if (!occasion.newInstance && !isForgotten(host, file.path)) return;
  report.attempt(`the file ${file.path}`, () => {
    const path = requirePath(file.path);
    if (!file.overwrite && !file.append && host.run(['test', '-e', path]).status === 0) return false;
    // All of them before the first is written.
    const [first, ...others] = file.contents.map((content) => contentBytesOf(host, content, occasion));
    if (file.append) addToFile(host, path, first ?? new Uint8Array(0), file);
    else placeFile(host, path, first ?? '', file);
    for (const more of others) addToFile(host, path, more, file);
    return true;
  });
}
