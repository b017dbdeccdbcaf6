// What a channel's people do: promote, roll out, pause, halt, roll back. Each signs new pointers, one for each
// architecture, and moves no image.

import type { CatamaranError } from '../../base/errors.ts';
import type { ReleaseVersion } from '../../base/flavour.ts';
import type { ChannelPointer } from '../../tuf/pointer.ts';
import { pauseRollout, shareAt, wholeFleet } from '../../tuf/rollout.ts';
import { compareReleaseVersions } from '../../tuf/version.ts';
import type { Publisher } from '../change/publisher.ts';
import { listPointers } from '../repository/state.ts';
import {
  next,
  type PointerAnswer,
  type Points,
  pointChannel,
  refsOf,
  startRollout,
} from './point-channel.ts';
import {
  noRelease,
  notOlder,
  notThere,
  requireAny,
  requireAt,
  requireEpoch,
  requireNewer,
} from './pointer-rules.ts';
import { chooseStones } from './stones.ts';

export interface PromoteRequest {
  readonly version: ReleaseVersion;
  /** The channel that must point at this version now. */
  readonly from?: string | undefined;
  readonly to: string;
  readonly points: Points;
  /** Raises the channel's floor. */
  readonly floorEpoch?: number | undefined;
  /** More versions that may serve as stepping stones. */
  readonly stones?: readonly string[] | undefined;
}

const atOnce: Points = [[0, wholeFleet]];

export function promote(request: PromoteRequest, publisher: Publisher): Promise<PointerAnswer> {
  const { version, from, to, points, floorEpoch = 0, stones = [] } = request;
  return pointChannel(publisher, to, async (state, present, warnings) => {
    const refs = await refsOf(state, publisher);
    const wanted = refs.get(version);
    if (wanted === undefined) throw noRelease(version, [...refs.keys()]);
    const origin = from === undefined ? undefined : await listPointers(state, publisher.disk, from);
    const made: ChannelPointer[] = [];
    for (const [arch, release] of wanted) {
      if (origin && !origin.some((pointer) => pointer.arch === arch && pointer.release.version === version))
        continue;
      const before = present.get(arch);
      requireNewer(before, release);
      const floor = Math.max(before?.floorEpoch ?? 0, floorEpoch);
      requireEpoch(release, Math.max(floor, before?.release.epoch ?? 0));
      const named = stones.map(
        (stone) => refs.get(stone)?.get(arch) ?? fail(noRelease(stone, [...refs.keys()])),
      );
      const candidates = [...named, ...(before ? [before.release, ...before.stones] : [])];
      const chosen = chooseStones(release, candidates);
      if (chosen.gap !== undefined && before !== undefined) {
        warnings.push(`${arch}: machines older than ${chosen.gap} have no way to ${version}`);
      }
      made.push({
        channel: to,
        arch,
        seq: (before?.seq ?? 0) + 1,
        release,
        stones: chosen.stones,
        rollout: startRollout(state, version, points, publisher.now),
        halted: false,
        rollback: false,
        floorEpoch: floor,
      });
    }
    if (made.length === 0) throw notThere(version, from!);
    return made;
  });
}

/** A new curve for the version that the channel points at; ends a pause and a halt. */
export function rollOut(
  request: { readonly version: ReleaseVersion; readonly channel: string; readonly points: Points },
  publisher: Publisher,
): Promise<PointerAnswer> {
  const { version, channel, points } = request;
  return pointChannel(publisher, channel, async (state, present, warnings) =>
    requireAt(present, version, channel).map((pointer) => {
      const rollout = startRollout(state, version, points, publisher.now);
      const [before, after] = [pointer.rollout, rollout].map((curve) => shareAt(curve, publisher.now));
      if (after! < before!) {
        warnings.push(
          `${pointer.arch}: the curve begins at ${after! / 100}%, below the ${(before! / 100).toFixed(1)}% of now; whoever has the release keeps it`,
        );
      }
      return { ...next(pointer), rollout, halted: false };
    }),
  );
}

/** Nobody new gets it; whoever's turn has come may still finish. */
export function pause(channel: string, publisher: Publisher): Promise<PointerAnswer> {
  return pointChannel(publisher, channel, async (_state, present) =>
    requireAny(present, channel).map((pointer) => ({
      ...next(pointer),
      rollout: pauseRollout(pointer.rollout, publisher.now),
    })),
  );
}

/** Nobody begins an update at all. */
export function halt(channel: string, publisher: Publisher): Promise<PointerAnswer> {
  return pointChannel(publisher, channel, async (_state, present) =>
    requireAny(present, channel).map((pointer) => ({ ...next(pointer), halted: true })),
  );
}

/** Points at an older release, and calls machines that run a newer one back. */
export function rollBackChannel(
  request: { readonly version: ReleaseVersion; readonly channel: string; readonly points?: Points },
  publisher: Publisher,
): Promise<PointerAnswer> {
  const { version, channel, points = atOnce } = request;
  return pointChannel(publisher, channel, async (state, present) => {
    const refs = await refsOf(state, publisher);
    const wanted = refs.get(version);
    if (wanted === undefined) throw noRelease(version, [...refs.keys()]);
    return requireAny(present, channel).flatMap((pointer) => {
      const release = wanted.get(pointer.arch);
      if (release === undefined) return [];
      if (compareReleaseVersions(release.version, pointer.release.version) >= 0)
        throw notOlder(version, pointer.release.version);
      requireEpoch(release, Math.max(pointer.floorEpoch, pointer.release.epoch));
      const rollout = startRollout(state, version, points, publisher.now);
      return [{ ...next(pointer), release, stones: [], rollout, halted: false, rollback: true }];
    });
  });
}

function fail(error: CatamaranError): never {
  throw error;
}
