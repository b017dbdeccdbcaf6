// One update, from the question to the channel up to the reboot, as far as was asked for. What it came to is reported
// before the machine goes down, and also when it failed.
import { messageOf } from '../../base/errors.ts';
import { fetchSignedManifest } from '../../contract/signed-release.ts';
import { AgentError } from '../host/host.ts';
import { rollBackSlot } from '../slots/decide.ts';
import { type Checked, checkForUpdate } from './check.ts';
import { describeCheck } from './describe.ts';
import { spool } from './durable.ts';
import { armSlot, fillSlot } from './install.ts';
import type { UpdateRelease } from './job.ts';
import type { UpdateMachine } from './machine.ts';
import type { UpdateOptions } from './options.ts';
import { giveLockBack, readArmed, rebootIfDue } from './reboot.ts';
import { sendReport, type UpdateOutcome } from './report.ts';
import { findRunningManifest } from './running-manifest.ts';

export function updateMachine(machine: UpdateMachine, options: UpdateOptions): void {
  const { goal, media } = options;
  machine.host.makeDirectory(spool);
  if (goal === 'check') {
    askChannel(machine, options);
    return;
  }
  giveLockBack(machine);
  let checked: Checked | undefined;
  // A machine that is updated from a disk may have no network.
  const tell = (outcome: Omit<UpdateOutcome, 'pointer'>) => {
    if (media === undefined) sendReport(machine, { ...outcome, pointer: checked?.pointer });
  };
  try {
    checked = askChannel(machine, options);
    tell({ result: install(machine, options, checked) });
  } catch (error) {
    tell({ result: 'error', message: messageOf(error) });
    throw error;
  }
  const armed = readArmed(machine);
  if (armed === undefined || checked.decision.action === 'stay' || goal === 'download' || goal === 'apply')
    return;
  rebootIfDue(machine, armed, { now: goal === 'now' });
}

function askChannel(machine: UpdateMachine, options: UpdateOptions): Checked {
  const { goal, force, waiveExpiry } = options;
  const url = sourceOf(machine, options);
  const checked = checkForUpdate(machine, { now: goal === 'now', force, url, waiveExpiry });
  machine.host.print(describeCheck(machine, checked));
  return checked;
}

/** Up to the slot that the next boot tries. */
function install(
  machine: UpdateMachine,
  options: UpdateOptions,
  { client, decision }: Checked,
): UpdateOutcome['result'] {
  const { host, os, arch } = machine;
  const armed = readArmed(machine);
  if (decision.action === 'stay') {
    // The channel no longer wants what waits for a reboot: it must not come by a power cut either.
    if (armed !== undefined && decision.reason !== 'waiting') rollBackSlot(machine);
    return decision.reason;
  }
  const manifest = fetchSignedManifest(client, decision.release, { os, arch });
  if (armed?.rootHash === manifest.roothash) return 'installed';
  const release: UpdateRelease = {
    url: sourceOf(machine, options),
    manifest,
    digest: decision.release.manifest.sha256,
    findRunning: () => findRunningManifest(machine, client),
  };
  fillSlot(machine, release);
  if (options.goal === 'download') {
    host.print(`${manifest.version} is complete and verified; --apply puts it on trial`);
    return 'downloaded';
  }
  armSlot(machine, release);
  return 'installed';
}

function sourceOf({ settings }: UpdateMachine, { media }: UpdateOptions): string {
  return media === undefined ? settings.url : addressOfMedia(media);
}

/** Slashes stay; everything else that has a meaning in an address is written as its number. */
function addressOfMedia(path: string): string {
  if (/[^\x20-\x7e]/.test(path))
    throw new AgentError('the path of the media has letters that are not ASCII', {
      code: 'media-path',
      fault: 'usage',
      hint: 'Mount the media at another path.',
    });
  return `file://${encodeURI(path.replace(/\/+$/, '')).replace(/[?#"]/g, encodeURIComponent)}`;
}
