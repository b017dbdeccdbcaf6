// `catamaran-agent update` and `catamaran-agent channel`, run under the slots' lock by /usr/bin/catamaran-agent. A program
// of its own, so that what the agent does at every start of a container does not carry the signatures' code.
// Exit status: 0 done, 1 failed (and the machine is on what it ran), 2 called wrongly.
import { messageOf } from '../../base/errors.ts';
import { readManifest } from '../../tuf/channel.ts';
import type { Decision } from '../../tuf/decide.ts';
import { formatTime } from '../../tuf/fields.ts';
import { AgentError } from '../host.ts';
import { rollBack } from '../slots/decide.ts';
import { type Checked, check } from './check.ts';
import { spool } from './durable.ts';
import type { UpdateHost } from './host.ts';
import { armSlot, fillSlot, type Release } from './install.ts';
import { openMachine, type UpdateMachine } from './machine.ts';
import { giveLockBack, readArmed, rebootIfDue } from './reboot.ts';
import { type Moment, untilMoment, untilRetry, withinWindow } from './schedule.ts';
import { readSettings, writeChannel } from './settings.ts';
import { isOpen, nextOpening } from './window.ts';

const usage = [
  'usage: catamaran-agent update [--check | --download | --apply | --now] [--force]',
  '                              [--offline-media DIRECTORY [--waive-expiry]]',
  '       catamaran-agent channel [NAME]',
];

export interface UpdateOptions {
  /** check: say what would be done. download: fill the other slot. apply: and try it at the next boot. follow: and reboot
   *  as the settings say. now: and reboot at once, without waiting for the rollout. */
  readonly goal: 'check' | 'download' | 'apply' | 'follow' | 'now';
  readonly force: boolean;
  readonly media: string | undefined;
  readonly waiveExpiry: boolean;
  /** By the service: what failed is tried again, and when comes next is written down for it. */
  readonly poll: boolean;
}

export function runUpdateCommand(words: readonly string[], host: UpdateHost): 0 | 1 | 2 {
  const command = parse(words);
  if (command === undefined) {
    for (const line of usage) host.print(line);
    return 2;
  }
  try {
    command(host);
    return 0;
  } catch (error) {
    host.print(`catamaran-agent ${words[0]}: ${messageOf(error)}`);
    return 1;
  }
}

function parse([verb, ...words]: readonly string[]): ((host: UpdateHost) => void) | undefined {
  if (verb === 'channel' && words.length <= 1) {
    const [name] = words;
    return name === undefined
      ? (host) => host.print(readSettings(host).channel)
      : (host) => writeChannel(host, name);
  }
  const options = verb === 'update' ? parseOptions(words) : undefined;
  return options && ((host) => (options.poll ? poll(host, options) : update(openMachine(host), options)));
}

const goals = { '--check': 'check', '--download': 'download', '--apply': 'apply', '--now': 'now' } as const;

function parseOptions(words: readonly string[]): UpdateOptions | undefined {
  const found = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const value = word === '--offline-media' ? words[++at] : '';
    if (value === undefined || found.has(word)) return undefined;
    found.set(word, value);
  }
  const take = (word: string) => found.has(word) && (found.delete(word) || true);
  const media = found.get('--offline-media');
  take('--offline-media');
  const chosen = Object.entries(goals).filter(([word]) => take(word));
  const options: UpdateOptions = {
    goal: chosen[0]?.[1] ?? 'follow',
    force: take('--force'),
    media,
    waiveExpiry: take('--waive-expiry'),
    poll: take('--poll'),
  };
  const sound = chosen.length <= 1 && (media?.startsWith('/') ?? !options.waiveExpiry);
  return found.size === 0 && sound ? options : undefined;
}

export function update(machine: UpdateMachine, { goal, force, media, waiveExpiry }: UpdateOptions): void {
  const { host, settings, os, arch } = machine;
  host.makeDirectory(spool);
  if (goal !== 'check') giveLockBack(machine);
  const url = media === undefined ? settings.url : addressOfMedia(media);
  const checked = check(machine, { now: goal === 'now', force, url, waiveExpiry });
  const { decision, client } = checked;
  const armed = readArmed(machine);
  host.print(describe(machine, checked));
  if (goal === 'check') return;
  if (decision.action === 'stay') {
    if (armed === undefined) return;
    // The channel no longer wants what waits for a reboot: it must not come by a power cut either.
    if (decision.reason !== 'waiting') rollBack(machine);
    return;
  }
  const manifest = readManifest(client, decision.release, { os, arch });
  const release: Release = { url, manifest, digest: decision.release.manifest.sha256 };
  if (armed?.rootHash !== manifest.rootHash) {
    fillSlot(machine, release);
    if (goal === 'download') {
      host.print(`${manifest.version} is complete and verified; --apply puts it on trial`);
      return;
    }
    armSlot(machine, release);
  }
  if (goal === 'download' || goal === 'apply') return;
  rebootIfDue(machine, readArmed(machine)!, { now: goal === 'now' });
}

/** Slashes stay; everything else that has a meaning in an address is written as its number. */
function addressOfMedia(path: string): string {
  if (/[^\x20-\x7e]/.test(path)) throw new AgentError('the path of the media has letters that are not ASCII');
  return `file://${encodeURI(path.replace(/\/+$/, '')).replace(/[?#"]/g, encodeURIComponent)}`;
}

function describe({ running, settings }: UpdateMachine, { decision, pointer }: Checked): string {
  const place = `${running.version} runs, ${settings.channel} points at ${pointer.release.version}`;
  if (decision.action === 'install') {
    const { version } = decision.release;
    const by = { pointer: '', stone: ', on the way', rollback: ', back from what runs' }[decision.via];
    return `${place}: ${version} is to be installed${by}`;
  }
  return `${place}: ${reasonOf(decision)}`;
}

function reasonOf({ reason, until }: Extract<Decision, { action: 'stay' }>): string {
  const reasons = {
    current: 'nothing to do',
    newer: 'what runs is newer, and stays',
    halted: 'the rollout has been halted',
    waiting:
      until === undefined ? 'the rollout does not reach this machine' : `its turn is at ${formatTime(until)}`,
    epoch: 'its epoch is below what this machine still takes',
    failed: 'it was rolled back on this machine; --force tries it again',
    stranded: 'this machine is too old for it, and for every stepping stone',
  };
  return reasons[reason];
}

const nextPath = `${spool}/next`;
const failuresPath = `${spool}/failures`;

/** One round of the service: whatever happens, the next one is appointed. */
function poll(host: UpdateHost, options: UpdateOptions): void {
  let moment: Moment = { now: 0, interval: 3600, machineId: '' };
  let machine: UpdateMachine | undefined;
  host.makeDirectory(spool);
  try {
    machine = openMachine(host);
    moment = { now: machine.now, interval: machine.settings.interval, machineId: machine.machineId };
    update(machine, options);
    host.removeFile(failuresPath);
    host.writeFile(nextPath, `${untilNext(machine, moment)}\n`);
  } catch (error) {
    const failures = Number(host.readText(failuresPath) ?? 0) + 1;
    host.writeFile(failuresPath, `${failures}\n`);
    host.writeFile(nextPath, `${untilRetry(moment, failures)}\n`);
    throw error;
  }
}

/** The machine's moment; or before it the window, where something waits for that. */
function untilNext(machine: UpdateMachine, moment: Moment): number {
  const { window, reboot } = machine.settings;
  const next = untilMoment(moment);
  if (reboot !== 'window' || window === undefined || readArmed(machine) === undefined) return next;
  // Open, and still here: the lock is held by others.
  if (isOpen(window, moment.now)) return Math.min(next, 60);
  const opening = nextOpening(window, moment.now) - moment.now;
  return Math.min(next, opening + withinWindow(moment.machineId, window.length));
}
