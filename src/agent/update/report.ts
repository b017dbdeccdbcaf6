// What a machine says of itself, only where `report` names an address: a small POST after each update that was tried. No
// id of the machine is in it, and the update goes the same way whether anybody listens.
import { bucketFor, type StayReason } from '../../tuf/decide.ts';
import type { ChannelPointer } from '../../tuf/pointer.ts';
import { readNotices } from '../condition/notices.ts';
import { measureResources } from '../condition/resources.ts';
import { request } from '../net/request.ts';
import { readRecords } from '../slots/records.ts';
import type { UpdateMachine } from './machine.ts';

export interface UpdateOutcome {
  /** `installed`: the next boot tries it. A StayReason: why nothing was to be done. */
  readonly result: StayReason | 'downloaded' | 'installed' | 'error';
  /** Absent where the update did not come as far as that. */
  readonly pointer: ChannelPointer | undefined;
  /** Of the error. */
  readonly message?: string;
}

/** In bytes: nobody reads the answer. */
const answerLimit = 4096;
/** In seconds; with answerLimit it bounds the whole to a quarter of a minute. */
const patience = 5;
const textLimit = 300;
const noticesLimit = 5;

/** Never throws, tries once. */
export function sendReport(machine: UpdateMachine, outcome: UpdateOutcome): void {
  const { host, settings, curl } = machine;
  const { report: url } = settings;
  if (url === undefined) return;
  const body = { type: 'application/json', text: describe(machine, outcome) };
  const { exit, message } = request(host, { url, maxSize: answerLimit, body }, { ...curl, patience });
  if (exit !== 0) host.print(`the report was not delivered, which changes nothing: ${message}`);
}

function describe(machine: UpdateMachine, { result, pointer, message }: UpdateOutcome): string {
  const { host, settings, machineId, running, os, arch } = machine;
  const { last } = readRecords(host);
  const trial = last && { version: last.version, result: last.result, reason: plain(last.reason) };
  const bucket = pointer && bucketFor({ ring: settings.ring, machineId }, pointer.rollout.salt);
  const { version } = running;
  const report = { os, arch, version, channel: settings.channel, bucket, result, message: plain(message) };
  const notices = readNotices(host).slice(0, noticesLimit).map(plain);
  const resources = measureResources(host);
  return JSON.stringify({ ...report, trial, resources, ...(notices.length > 0 && { notices }) });
}

/** Short, and nothing but ASCII in it. */
function plain(text: string | undefined): string | undefined {
  return text?.replace(/[^\x20-\x7e]/g, '?').slice(0, textLimit);
}
