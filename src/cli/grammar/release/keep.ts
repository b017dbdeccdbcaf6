// `catamaran release refresh|rotate-key|sign|gc`: what keeps a repository alive.
import { Argument, Option } from 'commander';
import type { SignOptions } from '../../commands/release-sign.ts';
import type { RepositoryOptions } from '../../release-session.ts';
import { parseCount } from '../../release-values.ts';
import { defineCommand } from '../entry.ts';
import { against, places, signLater } from './options.ts';

export const refresh = defineCommand<[readonly string[]], RepositoryOptions>({
  name: 'refresh',
  description: 'Sign a new timestamp; for cron, once a day. Named roles are renewed too.',
  arguments: [new Argument('[role...]', 'roles whose keys are here: root, targets, releases, a channel')],
  options: [...places(), signLater(), against()],
  work:
    ([roles], options) =>
    async (session) =>
      (await import('../../commands/release-keep.ts')).refreshRelease({ roles, ...options }, session),
});

export const rotateKey = defineCommand<[string, string], RepositoryOptions>({
  name: 'rotate-key',
  description: 'Put a new key in the place of an old one, in every role that it signs for.',
  arguments: [
    new Argument('<old>', 'its name in the directory of keys, or its key id'),
    new Argument('<new>', 'a name; the key is made if there is none'),
  ],
  options: [...places(), signLater(), against()],
  work:
    ([old, fresh], options) =>
    async (session) =>
      (await import('../../commands/release-keep.ts')).rotateReleaseKey({ old, fresh, ...options }, session),
});

export const sign = defineCommand<[string | undefined], Omit<SignOptions, 'file'>>({
  name: 'sign',
  description: 'Sign what waits for signatures, and publish what is complete.',
  arguments: [new Argument('[file]', 'a file of .publisher/pending/ that was carried here')],
  options: [...places(), new Option('--discard', 'drop what waits'), against()],
  work:
    ([file], options) =>
    async (session) =>
      (await import('../../commands/release-sign.ts')).signRelease({ file, ...options }, session),
});

export const gc = defineCommand<[], RepositoryOptions & { readonly keep: number }>({
  name: 'gc',
  description: 'Drop old releases that no channel needs; their files go with the next run.',
  options: [
    ...places(),
    new Option('--keep <n>', 'how many of the newest versions to keep').argParser(parseCount).default(10),
    against(),
  ],
  work: (_, options) => async (session) =>
    (await import('../../commands/release-keep.ts')).shrinkRelease(options, session),
});
