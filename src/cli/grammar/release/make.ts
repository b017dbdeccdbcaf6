// `catamaran release init|add`: a repository, and what is in it.
import { Argument, Option } from 'commander';
import type { AddOptions } from '../../commands/release-add.ts';
import type { InitOptions } from '../../commands/release-init.ts';
import * as values from '../../release-values.ts';
import * as shared from '../../shared-options.ts';
import type { SpecNamesAsked } from '../../spec-source.ts';
import { defineCommand } from '../entry.ts';
import { against, places, signLater } from './options.ts';

export const init = defineCommand<[], InitOptions>({
  name: 'init',
  description: 'Make a new repository, and the keys that are not there yet.',
  options: [
    ...places(),
    new Option('--os <id>', 'the spec’s os.id').makeOptionMandatory(),
    new Option('--channel <name[:t/n]>', 'a channel, of which T of N keys must sign; may be repeated')
      .argParser(values.collectChannel)
      .default(values.defaultChannels, 'alpha, beta, stable: 1 of 1 each'),
    new Option('--root <t/n>', 'how many of how many root keys must sign')
      .argParser(values.parseQuorum)
      .default({ threshold: 2, keys: 3 }, '2/3'),
    new Option('--expire <role=days>', 'how long signatures last; may be repeated')
      .argParser(values.collectDays)
      .default({}, 'root 365, targets, releases 180, channel 90, snapshot 30, timestamp 7'),
    signLater(),
  ],
  work: (_, options) => async (session) =>
    (await import('../../commands/release-init.ts')).initRelease(options, session),
});

export const add = defineCommand<[SpecNamesAsked], Omit<AddOptions, 'sources'>>({
  name: 'add',
  description: 'Build the images of a spec, or take them from a directory, and add them as a release.',
  arguments: [
    new Argument(
      '<spec|dir...>',
      'a YAML file, several that are merged, or a directory with boot.img, root.img, hash.img, manifest.json',
    ),
  ],
  options: [
    ...places(),
    new Option('--epoch <n>', 'raise it when older releases must never run again')
      .argParser(values.parseEpoch)
      .default(0),
    new Option('--min-from <version>', 'the oldest version that may update to this one directly').argParser(
      values.parseVersion,
    ),
    new Option('--channel <name>', 'point this channel at it at once'),
    shared.locked(),
    shared.variables(),
    signLater(),
    against(),
  ],
  examples: [['catamaran release add lighthouse.yml --channel alpha', '']],
  work:
    ([sources], options) =>
    async (session) =>
      (await import('../../commands/release-add.ts')).addToReleases({ sources, ...options }, session),
});
