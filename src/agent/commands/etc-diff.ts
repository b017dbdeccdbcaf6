// The image's own files beside what was made of them here.
import { listChanges } from '../etc/changes.ts';
import { imageEtc } from '../etc/places.ts';
import { chooseChanges } from '../etc/settle-changes.ts';
import type { Command } from './command.ts';
import { arePlain } from './plain-words.ts';

export const etcDiff: Command = {
  words: 'etc diff',
  usage: '[PATH…]',
  summary: "from the image's own files to those of /etc; without PATH all that both have changed",
  parse(paths) {
    if (!arePlain(paths)) return undefined;
    return (host) => {
      const changes =
        paths.length > 0
          ? chooseChanges(host, paths)
          : listChanges(host).filter(({ kind }) => kind === 'both');
      for (const { path } of changes) host.show(['diff', '-N', '-u', `${imageEtc}/${path}`, `/etc/${path}`]);
    };
  },
};
