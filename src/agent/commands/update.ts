// `catamaran-agent update` and `catamaran-agent channel`, run under the slots' lock by /usr/bin/catamaran-agent. A program
// of its own, so that what the agent does at every start of a container does not carry the signatures' code.

import type { UpdateHost } from '../update/host.ts';
import { openMachine } from '../update/machine.ts';
import { parseOptions } from '../update/options.ts';
import { poll } from '../update/poll.ts';
import { readSettings, writeChannel } from '../update/settings.ts';
import { update } from '../update/update.ts';
import { dispatch } from './dispatch.ts';

const usage = [
  'usage: catamaran-agent update [--check | --download | --apply | --now] [--force]',
  '                              [--offline-media DIRECTORY [--waive-expiry]]',
  '       catamaran-agent channel [NAME]',
];

export function runUpdateCommand(words: readonly string[], host: UpdateHost): 0 | 1 | 2 {
  return dispatch(words, host, { usage, find });
}

function find([verb, ...words]: readonly string[]): ((host: UpdateHost) => void) | undefined {
  if (verb === 'channel' && words.length <= 1) return findChannelCommand(words[0]);
  const options = verb === 'update' ? parseOptions(words) : undefined;
  return options && ((host) => (options.poll ? poll(host, options) : update(openMachine(host), options)));
}

function findChannelCommand(name: string | undefined): (host: UpdateHost) => void {
  if (name === undefined) return (host) => host.print(readSettings(host).channel);
  return (host) => writeChannel(host, name);
}
