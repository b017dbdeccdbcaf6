// What was changed in /etc here is given up: the image's own files take its place.
import { chooseChanges, resetChanges } from '../etc/settle-changes.ts';
import type { Command } from './command.ts';
import { arePlain } from './plain-words.ts';

export const etcReset: Command = {
  words: 'etc reset',
  usage: 'PATH…',
  summary:
    "files of /etc are the image's own again, and those that it does not have are gone; also a whole directory",
  parse: (paths) =>
    paths.length === 0 || !arePlain(paths)
      ? undefined
      : (host) => resetChanges(host, chooseChanges(host, paths)),
};
