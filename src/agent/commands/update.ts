// By hand what the service of component:updater does (`--poll`), or as much of it as a person asks for.
import { openMachine } from '../update/machine.ts';
import { parseOptions } from '../update/options.ts';
import { poll } from '../update/poll.ts';
import { updateMachine } from '../update/update.ts';
import type { Command } from './command.ts';

export const update: Command = {
  words: 'update',
  usage: '[--check | --download | --apply | --now] [--force] [--offline-media DIRECTORY [--waive-expiry]]',
  summary: 'does what the channel wants of this machine, up to the reboot, or as far as is said',
  lock: true,
  parse(words) {
    const options = parseOptions(words);
    if (options === undefined) return undefined;
    return (host) => (options.poll ? poll(host, options) : updateMachine(openMachine(host), options));
  },
};
