// The channel that this machine follows.
import type { Host } from '../host/host.ts';
import { requireKnownChannel } from '../update/channels.ts';
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
      name === undefined ? host.print(readUpdaterSettings(host).channel) : follow(host, name);
  },
};

function follow(host: Host, name: string): void {
  const before = readUpdaterSettings(host).channel;
  requireKnownChannel(host, name);
  writeChannel(host, name);
  host.print(
    before === name
      ? `this machine follows ${name} already`
      : `this machine follows ${name} from now on, no more ${before}`,
  );
}
