// Which older releases a pointer keeps as stepping stones: the fewest that lead every machine of the channel to the new
// release, given the oldest version that each takes.
import type { ReleaseRef } from '../../tuf/release-ref.ts';
import { compareReleaseVersions } from '../../tuf/version.ts';

export interface Stones {
  /** Newest first. */
  readonly stones: readonly ReleaseRef[];
  /** The version below which machines have no way; undefined where all have. */
  readonly gap?: string;
}

/** `candidates`: what the channel has pointed at before. */
export function chooseStones(release: ReleaseRef, candidates: readonly ReleaseRef[]): Stones {
  const stones: ReleaseRef[] = [];
  for (let step = release; step.minFrom !== undefined; ) {
    const { minFrom, version } = step;
    const below = candidates
      .filter(
        (candidate) =>
          compareReleaseVersions(candidate.version, minFrom) >= 0 &&
          compareReleaseVersions(candidate.version, version) < 0,
      )
      // The one that reaches furthest back; of those, the newest.
      .sort((a, b) => compareFloors(a, b) || compareReleaseVersions(b.version, a.version))[0];
    if (below === undefined) return { stones, gap: minFrom };
    stones.push(below);
    step = below;
  }
  return { stones };
}

function compareFloors(a: ReleaseRef, b: ReleaseRef): number {
  if (a.minFrom === undefined || b.minFrom === undefined) {
    return Number(a.minFrom !== undefined) - Number(b.minFrom !== undefined);
  }
  return compareReleaseVersions(a.minFrom, b.minFrom);
}
