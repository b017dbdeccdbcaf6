// What the channel wants of this machine: the TUF workflow over the network, then the pure decision. Reads and remembers
// metadata, raises the epoch floor of a confirmed machine; touches no slot.

import { readSignedManifest } from '../../contract/release-manifest.ts';
import { fetchSignedManifest } from '../../contract/signed-release.ts';
import { otherSlot } from '../../slots/constants.ts';
import { readPointer } from '../../tuf/channel.ts';
import { type Client, fetchTarget, findTarget, refresh } from '../../tuf/client.ts';
import { type Decision, decide, decidePinned, raiseFloor } from '../../tuf/decide.ts';
import { manifestName, releasesRole } from '../../tuf/names.ts';
import type { ChannelPointer } from '../../tuf/pointer.ts';
import { wholeFleet } from '../../tuf/rollout.ts';
import { AgentError } from '../host/host.ts';
import { readSlotRelease } from '../slots/boot-archive.ts';
import { markSlotBad } from '../slots/decide.ts';
import { readSlotState } from '../slots/env-store.ts';
import { readRecords } from '../slots/records.ts';
import type { UpdateMachine } from './machine.ts';
import { findPinned } from './pinned.ts';
import { readFloor, readInstalled, recordInstalled, writeFloor } from './records.ts';
import { openRepository } from './repository.ts';
import { openTrustedStore, readStored } from './trusted-store.ts';
import { openVerifier } from './verify.ts';

export interface UpdateCheckOptions {
  /** A person's word: do not wait for the rollout. */
  readonly now: boolean;
  /** A person's word: also what was rolled back here. */
  readonly force: boolean;
  /** In place of the settings' URL. */
  readonly url?: string | undefined;
  readonly waiveExpiry: boolean;
}

export interface Checked {
  readonly client: Client;
  readonly pointer: ChannelPointer;
  readonly decision: Decision;
}

const firstRootPath = '/usr/lib/catamaran/root.json';

export function checkForUpdate(machine: UpdateMachine, options: UpdateCheckOptions): Checked {
  const client = refreshMetadata(machine, options);
  const { settings, arch, host, running, machineId } = machine;
  const pointer = readPointer(client, settings.channel, arch);
  if (pointer === undefined)
    throw new AgentError(`${settings.url} has no release for ${arch} in its channel ${settings.channel}`, {
      code: 'channel-empty',
      fault: 'network',
      hint: 'Point the channel at a release for this architecture.',
    });
  const state = {
    machineId,
    ring: settings.ring,
    running: { version: running.version, epoch: epochOfRunning(machine, client) },
    floorEpoch: readFloor(host),
    failed: options.force ? [] : failedManifests(machine),
    now: client.time,
  };
  if (isConfirmed(machine)) keepFloor(machine, raiseFloor(state, pointer));
  const wanted = options.now
    ? { ...pointer, rollout: { ...pointer.rollout, start: 0, points: everyone } }
    : pointer;
  const floored = { ...state, floorEpoch: readFloor(host) };
  const decision =
    settings.pin === undefined
      ? decide(wanted, floored)
      : decidePinned(findPinned(machine, client, settings.pin), floored);
  return { client, pointer, decision: refuseFailed(machine, client, decision, options) };
}

const everyone = [[0, wholeFleet]] as const;

function refreshMetadata({ host, settings, now, curl }: UpdateMachine, options: UpdateCheckOptions): Client {
  const firstRoot = readStored(host, firstRootPath);
  if (firstRoot === undefined)
    throw new AgentError(`${firstRootPath} is missing: the spec's update section names no root metadata`, {
      code: 'update-no-root',
      fault: 'spec',
      hint: "Name the repository's root metadata in update.root of the spec, and build again.",
    });
  return refresh({
    verify: openVerifier(host),
    repository: openRepository(host, options.url ?? settings.url, curl),
    store: openTrustedStore(host),
    firstRoot,
    now,
    notBefore: settings.notBefore,
    waiveExpiry: options.waiveExpiry,
  });
}

function isConfirmed({ partitions, running, host }: UpdateMachine): boolean {
  const { state, lost } = readSlotState(partitions);
  return !lost && state[running.slot] === 'good' && readRecords(host).pending?.slot !== running.slot;
}

/** A slot below the floor must not be fallen back to. */
function keepFloor(machine: UpdateMachine, floor: number): void {
  const { host, partitions, running } = machine;
  if (floor > readFloor(host)) {
    writeFloor(host, floor);
    host.print(`releases below epoch ${floor} are never run again`);
  }
  const other = otherSlot(running.slot);
  if (readSlotState(partitions).state[other] !== 'good') return;
  const release = readSlotRelease(partitions, other);
  const known = readInstalled(host).find(({ rootHash }) => rootHash === release?.rootHash);
  if (known !== undefined && known.epoch < floor)
    markSlotBad(machine, other, { reason: `its epoch ${known.epoch} is below ${floor}`, never: false });
}

/** What was remembered when it was installed; else what the repository signs of this version, if it is this very one. */
function epochOfRunning({ host, running, os, arch }: UpdateMachine, client: Client): number {
  const { version, rootHash } = running;
  const known = readInstalled(host).find((each) => each.rootHash === rootHash);
  if (known !== undefined) return known.epoch;
  const found = findTarget(client, manifestName({ os, version, arch }));
  if (found === undefined || found.role !== releasesRole) return 0;
  const manifest = readSignedManifest(fetchTarget(client, found), found.name);
  if (manifest.roothash !== rootHash) return 0;
  recordInstalled(host, { version, rootHash, epoch: manifest.epoch, manifest: found.sha256 });
  return manifest.epoch;
}

function failedManifests({ host }: UpdateMachine): string[] {
  const failed = new Set(readRecords(host).failed.map(({ rootHash }) => rootHash));
  return readInstalled(host)
    .filter(({ rootHash }) => failed.has(rootHash))
    .map(({ manifest }) => manifest);
}

/** Once more by root hash, for a machine that has lost what leads from it to the manifest. */
function refuseFailed(
  { host, os, arch }: UpdateMachine,
  client: Client,
  decision: Decision,
  { force }: UpdateCheckOptions,
): Decision {
  const { failed } = readRecords(host);
  if (decision.action !== 'install' || force || failed.length === 0) return decision;
  const { roothash } = fetchSignedManifest(client, decision.release, { os, arch });
  return failed.some(({ rootHash }) => rootHash === roothash)
    ? { action: 'stay', reason: 'failed' }
    : decision;
}
