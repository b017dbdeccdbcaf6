// `catamaran release promote|rollout|pause|halt|rollback`: what a channel points at, and how fast machines follow.
import type { ReleaseVersion } from '../../base/flavour.ts';
import type { PointerAnswer } from '../../release/channel/point-channel.ts';
import { halt, pause, promote, rollBackChannel, rollOut } from '../../release/channel/pointers.ts';
import type { ChannelPointer } from '../../tuf/pointer.ts';
import { type Rollout, shareAt, wholeFleet } from '../../tuf/rollout.ts';
import {
  describeOutcome,
  formatMoment,
  formatShare,
  openPublisher,
  outcomeJson,
  type RepositoryOptions,
  secondsOf,
} from '../release-session.ts';
import type { Session } from '../session.ts';

export interface ChannelOptions extends RepositoryOptions {
  readonly channel: string;
}

export interface CurveOptions extends RepositoryOptions {
  readonly version: ReleaseVersion;
  readonly curve: Rollout['points'];
}

export interface PromoteOptions extends CurveOptions {
  readonly to: string;
  readonly from?: string;
  readonly floorEpoch?: number;
  readonly via?: readonly string[];
}

export async function promoteRelease(options: PromoteOptions, session: Session): Promise<void> {
  const { version, from, to, curve, floorEpoch, via } = options;
  const publisher = await openPublisher(options, session);
  const request = { version, from, to, points: curve, floorEpoch, stones: via };
  await report('release promote', await promote(request, publisher), options, session);
}

export async function rollOutRelease(
  options: CurveOptions & ChannelOptions,
  session: Session,
): Promise<void> {
  const { version, channel, curve } = options;
  const publisher = await openPublisher(options, session);
  await report(
    'release rollout',
    await rollOut({ version, channel, points: curve }, publisher),
    options,
    session,
  );
}

export async function pauseRelease(options: ChannelOptions, session: Session): Promise<void> {
  const publisher = await openPublisher(options, session);
  await report('release pause', await pause(options.channel, publisher), options, session);
}

export async function haltRelease(options: ChannelOptions, session: Session): Promise<void> {
  const publisher = await openPublisher(options, session);
  await report('release halt', await halt(options.channel, publisher), options, session);
}

export async function rollBackRelease(
  options: CurveOptions & ChannelOptions,
  session: Session,
): Promise<void> {
  const { version, channel, curve } = options;
  const publisher = await openPublisher(options, session);
  await report(
    'release rollback',
    await rollBackChannel({ version, channel, points: curve }, publisher),
    options,
    session,
  );
}

async function report(
  command: string,
  { outcome, pointers, warnings }: PointerAnswer,
  options: RepositoryOptions,
  session: Session,
): Promise<void> {
  const { front, io } = session;
  for (const warning of warnings) front.warn(warning);
  const now = secondsOf(io);
  const lines = pointers.map((pointer) => `${describePointer(pointer, now)}\n`);
  const value = pointers.map(({ channel, arch, seq, release, halted, rollback, rollout }) => ({
    channel,
    arch,
    seq,
    version: release.version,
    halted,
    rollback,
    share: shareAt(rollout, now) / wholeFleet,
  }));
  const text = lines.join('') + describeOutcome(outcome, options.repo);
  front.result(command, { pointers: value, outcome: outcomeJson(outcome) }, text);
}

function describePointer(
  { channel, arch, release, rollout, halted, rollback }: ChannelPointer,
  now: number,
): string {
  const beginning = `${channel} ${arch} → ${release.version}${rollback ? ', newer machines go back' : ''}`;
  return `${beginning}: ${describePace(rollout, halted, now)}`;
}

/** `1% now, 100% at 2026-11-23 19:44 UTC`. */
export function describePace(rollout: Rollout, halted: boolean, now: number): string {
  if (halted) return 'halted';
  const share = shareAt(rollout, now);
  const [after, last] = rollout.points.at(-1)!;
  if (share >= wholeFleet) return 'all machines';
  if (share >= last && now >= rollout.start + after) return `stays at ${formatShare(share)}`;
  return `${formatShare(share)} now, ${formatShare(last)} at ${formatMoment(rollout.start + after)}`;
}
