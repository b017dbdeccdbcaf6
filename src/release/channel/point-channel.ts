// The common part of all that moves a channel: read its pointers, make new ones, publish them.
import type { ReleaseVersion } from '../../base/flavour.ts';
import type { Json } from '../../base/json.ts';
import { asciiBytes } from '../../tuf/canonical.ts';
import { sha256Hex } from '../../tuf/hex.ts';
import { pointerName } from '../../tuf/names.ts';
import { type ChannelPointer, writePointer } from '../../tuf/pointer.ts';
import type { ReleaseRef } from '../../tuf/release-ref.ts';
import type { Rollout } from '../../tuf/rollout.ts';
import { type Change, type NewTarget, publish } from '../change/publish.ts';
import type { Publisher, PublishOutcome } from '../change/publisher.ts';
import { listPointers, listReleases, requireChannel, type State, targetJson } from '../repository/state.ts';

export type Points = Rollout['points'];

export interface PointerAnswer {
  readonly outcome: PublishOutcome;
  readonly pointers: readonly ChannelPointer[];
  /** What is worth a warning, as sentences without a full stop. */
  readonly warnings: readonly string[];
}

type Make = (
  state: State,
  present: ReadonlyMap<string, ChannelPointer>,
  warnings: string[],
) => Promise<readonly ChannelPointer[]>;

export async function pointChannel(
  publisher: Publisher,
  channel: string,
  make: Make,
): Promise<PointerAnswer> {
  const warnings: string[] = [];
  let pointers: readonly ChannelPointer[] = [];
  const outcome = await publish(publisher, async (state) => {
    const listed = await listPointers(state, publisher.disk, channel);
    pointers = await make(state, new Map(listed.map((pointer) => [pointer.arch, pointer])), warnings);
    return changeOf(state, channel, pointers);
  });
  return { outcome, pointers, warnings };
}

function changeOf(state: State, channel: string, pointers: readonly ChannelPointer[]): Change {
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
export async function refsOf(
  state: State,
  { disk }: Publisher,
): Promise<Map<string, Map<string, ReleaseRef>>> {
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
export function startRollout(
  { config }: State,
  version: ReleaseVersion,
  points: Points,
  now: number,
): Rollout {
  return { salt: sha256Hex(asciiBytes(`${config.os}:${version}`)).slice(0, 16), start: now, points };
}

export const next = (pointer: ChannelPointer): ChannelPointer => ({ ...pointer, seq: pointer.seq + 1 });
