// The channel that this machine follows.
import { readUpdaterSettings, writeChannel } from '../update/settings.ts';
import type { Command } from './command.ts';

export const channel: Command = {
  words: 'channel',
  usage: '[NAME]',
  summary: 'shows or changes the channel that this machine follows',
  lock: true,
  parse([name, ...rest]) {
    if (rest.length > 0) return undefined;
    return (host) =>
      name === undefined ? host.print(readUpdaterSettings(host).channel) : writeChannel(host, name);
  },
};
