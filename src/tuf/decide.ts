// What a machine does about its channel's pointer: a pure function of the pointer, the machine and the time. The agent
// acts on the answer, and shows the reason to whoever asks.
import type { ChannelPointer } from './pointer.ts';
import type { ReleaseRef } from './release-ref.ts';
import { bucketOf, shareAt, turnOf, wholeFleet } from './rollout.ts';
import { compareReleaseVersions } from './version.ts';

/** A person's word on when this machine's turn is: among the first, by its id, among the last, or a bucket (0 to 9999). */
export type Ring = 'canary' | 'normal' | 'late' | number;

export interface MachineState {
  readonly machineId: string;
  readonly ring: Ring;
  readonly running: Pick<ReleaseRef, 'version' | 'epoch'>;
  /** What is remembered of epochs; 0 where nothing is. */
  readonly floorEpoch: number;
  /** SHA-256 of the manifests of releases that were tried here and did not come up. */
  readonly failed: readonly string[];
  /** Seconds since the epoch, as the refreshed client has it. */
  readonly now: number;
}

export type Decision =
  | {
      readonly action: 'install';
      readonly release: ReleaseRef;
      /** `pin`: a person has named it. */
      readonly via: 'pointer' | 'stone' | 'rollback' | 'pin';
    }
  | { readonly action: 'stay'; readonly reason: StayReason; readonly until?: number };

export type StayReason =
  /** It runs what the channel points at. */
  | 'current'
  /** It runs something newer, and the channel does not call it back. */
  | 'newer'
  | 'halted'
  /** Its turn has not come; `until` says when, unless the rollout is paused before it. */
  | 'waiting'
  /** The release's epoch is below this machine's floor. */
  | 'epoch'
  /** It was tried here, and did not come up. */
  | 'failed'
  /** It is too old for the release, and for every stepping stone. */
  | 'stranded';

export function decide(pointer: ChannelPointer, machine: MachineState): Decision {
  const { release, rollout } = pointer;
  const order = compareReleaseVersions(release.version, machine.running.version);
  if (order === 0) return stay('current');
  if (order < 0 && !pointer.rollback) return stay('newer');
  if (pointer.halted) return stay('halted');
  const bucket = bucketFor(machine, rollout.salt);
  if (bucket >= shareAt(rollout, machine.now)) {
    const until = turnOf(rollout, bucket);
    return { action: 'stay', reason: 'waiting', ...(until === undefined ? {} : { until }) };
  }
  const chosen = order < 0 ? release : nearestStep(pointer, machine.running.version);
  if (chosen === undefined) return stay('stranded');
  return takeUnlessBarred(chosen, machine, order < 0 ? 'rollback' : chosen === release ? 'pointer' : 'stone');
}

/** A person's word against the channel's: this very release, older or newer, whoever's turn it is. */
export function decidePinned(release: ReleaseRef, machine: MachineState): Decision {
  if (release.version === machine.running.version) return stay('current');
  return takeUnlessBarred(release, machine, 'pin');
}

function takeUnlessBarred(
  release: ReleaseRef,
  machine: MachineState,
  via: Extract<Decision, { action: 'install' }>['via'],
): Decision {
  if (release.epoch < floorOf(machine)) return stay('epoch');
  if (machine.failed.includes(release.manifest.sha256)) return stay('failed');
  return { action: 'install', release, via };
}

/** The newest of the release and its stones that is newer than what runs and takes machines of that version. */
function nearestStep({ release, stones }: ChannelPointer, running: string): ReleaseRef | undefined {
  const steps = [release, ...stones].filter(
    ({ version, minFrom }) =>
      compareReleaseVersions(version, running) > 0 &&
      compareReleaseVersions(version, release.version) <= 0 &&
      (minFrom === undefined || compareReleaseVersions(running, minFrom) >= 0),
  );
  return steps.sort((a, b) => compareReleaseVersions(b.version, a.version))[0];
}

/** From 0 to 9999: the place in a rollout that the machine's ring or id gives it. */
export function bucketFor(
  { ring, machineId }: Pick<MachineState, 'ring' | 'machineId'>,
  salt: string,
): number {
  if (ring === 'canary') return 0;
  if (ring === 'late') return wholeFleet - 1;
  return typeof ring === 'number' ? ring : bucketOf(machineId, salt);
}

function floorOf({ running, floorEpoch }: Pick<MachineState, 'running' | 'floorEpoch'>): number {
  return Math.max(running.epoch, floorEpoch);
}

/**
 * The floor to remember, once the running release has been confirmed and not before: what the channel asks for, but
 * never more than what runs, so that no machine locks itself out.
 */
export function raiseFloor(
  machine: Pick<MachineState, 'running' | 'floorEpoch'>,
  { floorEpoch }: Pick<ChannelPointer, 'floorEpoch'>,
): number {
  return Math.max(machine.floorEpoch, Math.min(floorEpoch, machine.running.epoch));
}

const stay = (reason: StayReason): Decision => ({ action: 'stay', reason });
