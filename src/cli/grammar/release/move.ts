// `catamaran release promote|rollout|pause|halt|rollback`: what a channel points at.
import { Option } from 'commander';
import type { ChannelOptions, CurveOptions, PromoteOptions } from '../../commands/release-pointer.ts';
import * as values from '../../release-values.ts';
import { defineCommand } from '../entry.ts';
import { against, channel, curve, places, signLater, version } from './options.ts';

export const promote = defineCommand<[string], Omit<PromoteOptions, 'version'>>({
  name: 'promote',
  description: 'Point a channel at a release; nothing is built or copied.',
  arguments: [version()],
  options: [
    ...places(),
    new Option('--to <channel>', 'the channel').makeOptionMandatory(),
    new Option('--from <channel>', 'only if this channel points at it'),
    curve('0:100%'),
    new Option(
      '--floor-epoch <n>',
      'machines that have this release never again run a smaller epoch',
    ).argParser(values.parseEpoch),
    new Option('--via <version>', 'a stepping stone for older machines; may be repeated').argParser(
      values.collectVersion,
    ),
    signLater(),
    against(),
  ],
  examples: [['catamaran release promote 1.4.0 --to stable --curve "0:1%,3d:100%"', '']],
  work:
    ([wanted], options) =>
    async (session) =>
      (await import('../../commands/release-pointer.ts')).promoteRelease(
        { version: wanted, ...options },
        session,
      ),
});

export const rollout = defineCommand<[string], Omit<CurveOptions & ChannelOptions, 'version'>>({
  name: 'rollout',
  description: 'Give a release a new curve, from now on; ends a pause or a halt.',
  arguments: [version()],
  options: [...places(), channel(), curve(), signLater(), against()],
  work:
    ([wanted], options) =>
    async (session) =>
      (await import('../../commands/release-pointer.ts')).rollOutRelease(
        { version: wanted, ...options },
        session,
      ),
});

export const pause = defineCommand<[], ChannelOptions>({
  name: 'pause',
  description: 'Stop a rollout at the share that it has reached.',
  options: [...places(), channel(), signLater(), against()],
  work: (_, options) => async (session) =>
    (await import('../../commands/release-pointer.ts')).pauseRelease(options, session),
});

export const halt = defineCommand<[], ChannelOptions>({
  name: 'halt',
  description: 'Let no machine of a channel begin an update.',
  options: [...places(), channel(), signLater(), against()],
  work: (_, options) => async (session) =>
    (await import('../../commands/release-pointer.ts')).haltRelease(options, session),
});

export const rollback = defineCommand<[string], Omit<CurveOptions & ChannelOptions, 'version'>>({
  name: 'rollback',
  description: 'Point a channel at an older release, and call newer machines back to it.',
  arguments: [version()],
  options: [...places(), channel(), curve('0:100%'), signLater(), against()],
  work:
    ([wanted], options) =>
    async (session) =>
      (await import('../../commands/release-pointer.ts')).rollBackRelease(
        { version: wanted, ...options },
        session,
      ),
});
