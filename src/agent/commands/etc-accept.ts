// Where a person and the image have both changed a file: the person's is right for this image too.
import { acceptChanges, chooseChanges } from '../etc/settle-changes.ts';
import type { Command } from './command.ts';
import { arePlain } from './plain-words.ts';

export const etcAccept: Command = {
  words: 'etc accept',
  usage: 'PATH…',
  summary: 'what was changed in /etc here stays, and is reported no more; also a whole directory',
  parse: (paths) =>
    paths.length === 0 || !arePlain(paths)
      ? undefined
      : (host) => acceptChanges(host, chooseChanges(host, paths)),
};
