// What a channel's people do: promote, roll out, pause, halt, roll back. Each signs new pointers, one for each
// architecture, and moves no image.
import { CatamaranError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { asciiBytes } from '../tuf/canonical.ts';
import { sha256Hex } from '../tuf/hex.ts';
import { pointerName } from '../tuf/names.ts';
import { type Pointer, writePointer } from '../tuf/pointer.ts';
import type { ReleaseRef } from '../tuf/release-ref.ts';
import { pauseRollout, type Rollout, shareAt, wholeFleet } from '../tuf/rollout.ts';
import { compareVersions } from '../tuf/version.ts';
import { type Change, type NewTarget, type Outcome, type Publisher, publish } from './publish.ts';
import { listPointers, listReleases, requireChannel, type State, targetJson } from './state.ts';
import { chooseStones } from './stones.ts';

export type Points = Rollout['points'];

export interface PointerAnswer {
  readonly outcome: Outcome;
  readonly pointers: readonly Pointer[];
  /** What is worth a warning, as sentences without a full stop. */
  readonly warnings: readonly string[];
}

export interface PromoteRequest {
  readonly version: string;
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
  return point(publisher, to, async (state, present, warnings) => {
    const refs = await refsOf(state, publisher);
    const wanted = refs.get(version);
    if (wanted === undefined) throw noRelease(version, [...refs.keys()]);
    const origin = from === undefined ? undefined : await listPointers(state, publisher.disk, from);
    const made: Pointer[] = [];
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
  request: { readonly version: string; readonly channel: string; readonly points: Points },
  publisher: Publisher,
): Promise<PointerAnswer> {
  const { version, channel, points } = request;
  return point(publisher, channel, async (state, present, warnings) =>
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
  return point(publisher, channel, async (_state, present) =>
    requireAny(present, channel).map((pointer) => ({
      ...next(pointer),
      rollout: pauseRollout(pointer.rollout, publisher.now),
    })),
  );
}

/** Nobody begins an update at all. */
export function halt(channel: string, publisher: Publisher): Promise<PointerAnswer> {
  return point(publisher, channel, async (_state, present) =>
    requireAny(present, channel).map((pointer) => ({ ...next(pointer), halted: true })),
  );
}

/** Points at an older release, and calls machines that run a newer one back. */
export function rollBack(
  request: { readonly version: string; readonly channel: string; readonly points?: Points },
  publisher: Publisher,
): Promise<PointerAnswer> {
  const { version, channel, points = atOnce } = request;
  return point(publisher, channel, async (state, present) => {
    const refs = await refsOf(state, publisher);
    const wanted = refs.get(version);
    if (wanted === undefined) throw noRelease(version, [...refs.keys()]);
    return requireAny(present, channel).flatMap((pointer) => {
      const release = wanted.get(pointer.arch);
      if (release === undefined) return [];
      if (compareVersions(release.version, pointer.release.version) >= 0)
        throw notOlder(version, pointer.release.version);
      requireEpoch(release, Math.max(pointer.floorEpoch, pointer.release.epoch));
      const rollout = startRollout(state, version, points, publisher.now);
      return [{ ...next(pointer), release, stones: [], rollout, halted: false, rollback: true }];
    });
  });
}

type Make = (
  state: State,
  present: ReadonlyMap<string, Pointer>,
  warnings: string[],
) => Promise<readonly Pointer[]>;

async function point(publisher: Publisher, channel: string, make: Make): Promise<PointerAnswer> {
  const warnings: string[] = [];
  let pointers: readonly Pointer[] = [];
  const outcome = await publish(publisher, async (state) => {
    const listed = await listPointers(state, publisher.disk, channel);
    pointers = await make(state, new Map(listed.map((pointer) => [pointer.arch, pointer])), warnings);
    return changeOf(state, channel, pointers);
  });
  return { outcome, pointers, warnings };
}

function changeOf(state: State, channel: string, pointers: readonly Pointer[]): Change {
  const role = requireChannel(state, channel);
  const files: NewTarget[] = pointers.map((pointer) => {
    const bytes = writePointer(pointer);
    return { name: pointerName(channel, pointer.arch), sha256: sha256Hex(bytes), source: bytes };
  });
  const listed = files.map(({ name, sha256, source }): [string, Json] => [
    name,
    targetJson(source.length, sha256),
  ]);
  const targets = { ...(role.signed.targets as object), ...Object.fromEntries(listed) };
  return { files, roles: new Map([[channel, { ...role.signed, targets }]]) };
}

/** By version, then by architecture. */
async function refsOf(state: State, { disk }: Publisher): Promise<Map<string, Map<string, ReleaseRef>>> {
  const refs = new Map<string, Map<string, ReleaseRef>>();
  for (const { name, sha256, size, manifest } of await listReleases(state, disk)) {
    const { version, arch, epoch, minFrom } = manifest;
    const ref = {
      version,
      epoch,
      ...(minFrom === undefined ? {} : { minFrom }),
      manifest: { name, size, sha256 },
    };
    refs.set(version, (refs.get(version) ?? new Map()).set(arch, ref));
  }
  return refs;
}

/** The salt is the version's own, whatever is published again: nobody changes places. */
function startRollout({ config }: State, version: string, points: Points, now: number): Rollout {
  return { salt: sha256Hex(asciiBytes(`${config.os}:${version}`)).slice(0, 16), start: now, points };
}

const next = (pointer: Pointer): Pointer => ({ ...pointer, seq: pointer.seq + 1 });

function requireAny(present: ReadonlyMap<string, Pointer>, channel: string): Pointer[] {
  if (present.size > 0) return [...present.values()];
  throw new CatamaranError('usage', {
    code: 'release-channel-empty',
    message: `channel ${channel} points at nothing yet`,
    hint: 'Promote a release to it first: `catamaran release promote VERSION --to CHANNEL`.',
  });
}

function requireAt(present: ReadonlyMap<string, Pointer>, version: string, channel: string): Pointer[] {
  const pointers = requireAny(present, channel);
  const found = pointers.filter(({ release }) => release.version === version);
  if (found.length > 0) return found;
  throw notThere(version, channel);
}

function requireNewer(before: Pointer | undefined, { version }: ReleaseRef): void {
  if (before === undefined || compareVersions(version, before.release.version) > 0) return;
  const same = compareVersions(version, before.release.version) === 0;
  throw new CatamaranError('usage', {
    code: 'release-not-newer',
    message: same
      ? `${before.channel} points at ${version} for ${before.arch} already`
      : `${before.channel} points at ${before.release.version} for ${before.arch}, which is newer than ${version}`,
    hint: same
      ? 'Change its pace with `catamaran release rollout`.'
      : 'To go back to an older version, use `catamaran release rollback`.',
  });
}

function requireEpoch({ version, epoch }: ReleaseRef, floor: number): void {
  if (epoch >= floor) return;
  throw new CatamaranError('usage', {
    code: 'release-epoch-low',
    message: `${version} has epoch ${epoch}, and machines of this channel refuse what is below ${floor}`,
    hint: 'Release the old state again as a new version with a sufficient --epoch.',
  });
}

function noRelease(version: string, known: readonly string[]): CatamaranError {
  const newest = [...known].sort((a, b) => compareVersions(b, a)).slice(0, 5);
  return new CatamaranError('usage', {
    code: 'release-no-version',
    message: `there is no release ${version}`,
    hint:
      newest.length === 0 ? 'Add one with `catamaran release add`.' : `The newest are ${newest.join(', ')}.`,
  });
}

function notThere(version: string, channel: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-not-in-channel',
    message: `channel ${channel} does not point at ${version}`,
    hint: '`catamaran release status` says what each channel points at.',
  });
}

function notOlder(version: string, current: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-not-older',
    message: `${version} is not older than ${current}, at which the channel points`,
    hint: 'To go forward, use `catamaran release promote`.',
  });
}

function fail(error: CatamaranError): never {
  throw error;
}
