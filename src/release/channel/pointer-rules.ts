// What a channel may be pointed at, and what its people are told where it may not.

import { CatamaranError } from '../../base/errors.ts';
import type { ReleaseVersion } from '../../base/flavour.ts';
import type { ChannelPointer } from '../../tuf/pointer.ts';
import type { ReleaseRef } from '../../tuf/release-ref.ts';
import { compareReleaseVersions } from '../../tuf/version.ts';

export function requireAny(present: ReadonlyMap<string, ChannelPointer>, channel: string): ChannelPointer[] {
  if (present.size > 0) return [...present.values()];
  throw new CatamaranError('usage', {
    code: 'release-channel-empty',
    message: `channel ${channel} points at nothing yet`,
    hint: 'Promote a release to it first: `catamaran release promote VERSION --to CHANNEL`.',
  });
}

export function requireAt(
  present: ReadonlyMap<string, ChannelPointer>,
  version: ReleaseVersion,
  channel: string,
): ChannelPointer[] {
  const pointers = requireAny(present, channel);
  const found = pointers.filter(({ release }) => release.version === version);
  if (found.length > 0) return found;
  throw notThere(version, channel);
}

export function requireNewer(before: ChannelPointer | undefined, { version }: ReleaseRef): void {
  if (before === undefined || compareReleaseVersions(version, before.release.version) > 0) return;
  const same = compareReleaseVersions(version, before.release.version) === 0;
  throw new CatamaranError('usage', {
    code: same ? 'release-in-channel' : 'release-not-newer',
    message: same
      ? `${before.channel} points at ${version} for ${before.arch} already`
      : `${before.channel} points at ${before.release.version} for ${before.arch}, which is newer than ${version}`,
    hint: same
      ? 'Change its pace with `catamaran release rollout`.'
      : 'To go back to an older version, use `catamaran release rollback`.',
  });
}

export function requireEpoch({ version, epoch }: ReleaseRef, floor: number): void {
  if (epoch >= floor) return;
  throw new CatamaranError('usage', {
    code: 'release-epoch-low',
    message: `${version} has epoch ${epoch}, and machines of this channel refuse what is below ${floor}`,
    hint: 'Release the old state again as a new version with a sufficient --epoch.',
  });
}

export function noRelease(version: ReleaseVersion, known: readonly string[]): CatamaranError {
  const newest = [...known].sort((a, b) => compareReleaseVersions(b, a)).slice(0, 5);
  return new CatamaranError('usage', {
    code: 'release-no-version',
    message: `there is no release ${version}`,
    hint:
      newest.length === 0 ? 'Add one with `catamaran release add`.' : `The newest are ${newest.join(', ')}.`,
  });
}

export function notThere(version: ReleaseVersion, channel: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-not-in-channel',
    message: `channel ${channel} does not point at ${version}`,
    hint: '`catamaran release status` says what each channel points at.',
  });
}

export function notOlder(version: ReleaseVersion, current: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-not-older',
    message: `${version} is not older than ${current}, at which the channel points`,
    hint: 'To go forward, use `catamaran release promote`.',
  });
}
