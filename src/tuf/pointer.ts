// `channel-CHANNEL-ARCH.json`: what a channel's role signs, and all that it signs: which release its machines should
// run, and how fast they get there. A promotion is a new pointer to the same manifest.

import { booleanField, type Fields, listField, numberField, objectField, textField } from '../base/fields.ts';
import type { Json } from '../base/json.ts';
import { encodeCanonical, parseCanonical } from './canonical.ts';
import { tufFields } from './fields.ts';
import { channelNamePattern } from './names.ts';
import { refuse } from './refuse.ts';
import { mostEpoch, type ReleaseRef, readReleaseRef, releaseRefJson } from './release-ref.ts';
import { findCurveFault, mostPoints, type Rollout } from './rollout.ts';

export const pointerSchema = 1;
const mostStones = 64;

export interface ChannelPointer {
  readonly channel: string;
  /** Debian's name. */
  readonly arch: string;
  /** Greater in each pointer of this channel and architecture. */
  readonly seq: number;
  readonly release: ReleaseRef;
  /** Older releases of this channel by way of which machines come that are too old for `release`. */
  readonly stones: readonly ReleaseRef[];
  readonly rollout: Rollout;
  /** Nobody begins an update now. */
  readonly halted: boolean;
  /** Machines that run something newer go back to `release`, as far as their epoch allows. */
  readonly rollback: boolean;
  /** Machines that have confirmed a release never again run one of a smaller epoch. */
  readonly floorEpoch: number;
}

export function parsePointer(bytes: Uint8Array, what: string): ChannelPointer {
  const fields = tufFields(parseCanonical(bytes, what), what);
  requireSchema(fields, pointerSchema);
  return {
    channel: textField(fields, 'channel', channelNamePattern),
    arch: textField(fields, 'arch', /^[a-z0-9]{1,16}$/),
    seq: numberField(fields, 'seq', 1),
    release: readReleaseRef(objectField(fields, 'release')),
    stones: listField(fields, 'stones', mostStones).map((stone) =>
      readReleaseRef(tufFields(stone, `${what}: stone`)),
    ),
    rollout: readRollout(objectField(fields, 'rollout')),
    halted: booleanField(fields, 'halted'),
    rollback: booleanField(fields, 'rollback'),
    floorEpoch: numberField(fields, 'floor_epoch', 0, mostEpoch),
  };
}

export function writePointer(pointer: ChannelPointer): Uint8Array {
  const { channel, arch, seq, release, stones, rollout, halted, rollback, floorEpoch } = pointer;
  return encodeCanonical({
    schema: pointerSchema,
    channel,
    arch,
    seq,
    release: releaseRefJson(release),
    stones: stones.map(releaseRefJson),
    rollout: { salt: rollout.salt, start: rollout.start, points: rollout.points as Json },
    halted,
    rollback,
    floor_epoch: floorEpoch,
  });
}

/** A form that this program does not know is not guessed at: an update to a release in between comes first. */
export function requireSchema(fields: Fields, known: number, member = 'schema'): void {
  const found = numberField(fields, member, 1);
  if (found !== known)
    throw refuse('schema', fields.what, `has ${member} ${found}; this program knows ${known}`);
}

function readRollout(fields: Fields): Rollout {
  const points = listField(fields, 'points', mostPoints).map((value): [number, number] => {
    const [after, share, ...rest] = Array.isArray(value) ? value : [];
    if (!isCount(after) || !isCount(share) || rest.length > 0) {
      throw refuse('malformed', fields.what, 'has a point that is not [seconds, share]');
    }
    return [after, share];
  });
  const fault = findCurveFault(points);
  if (fault !== undefined) throw refuse('malformed', fields.what, `is no curve: ${fault}`);
  return {
    salt: textField(fields, 'salt', /^[0-9a-zA-Z]{1,64}$/),
    start: numberField(fields, 'start', 0),
    points,
  };
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
