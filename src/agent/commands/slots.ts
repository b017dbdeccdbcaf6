// The slot commands as words of the command line. Those that write are run under a lock by /usr/bin/catamaran-agent.
import type { SlotName } from '../../slots/constants.ts';
import { noteOverdue, passGate } from '../health/gate.ts';
import type { Host } from '../host/host.ts';
import { accountForBoot } from '../slots/account.ts';
import { confirmRunning, markSlotBad, passRunning, rollBack } from '../slots/decide.ts';
import { liveMedium, refuseLive } from '../slots/live.ts';
import { describeLiveStatus, readLiveStatus } from '../slots/live-status.ts';
import { openSlots, type SlotMachine } from '../slots/machine.ts';
import { stage } from '../slots/stage.ts';
import { describeStatus, readStatus } from '../slots/status.ts';

export const slotUsage = [
  '       catamaran-agent status [--json]',
  '       catamaran-agent stage --from DIRECTORY [--tries 1|2|3] [--force]',
  '       catamaran-agent confirm | rollback | mark-bad [A|B]',
  '       catamaran-agent account | health-gate | pass | overdue REASON',
];

/** Undefined where the words are none of these commands. */
export function findSlotCommand(words: readonly string[]): ((host: Host) => void) | undefined {
  const command = parse(words);
  return (
    command &&
    ((host) => {
      const medium = liveMedium(host);
      if (medium === undefined) command(openSlots(host));
      else answerLive(host, medium, words);
    })
  );
}

/** What init calls, and the status. All else is refused as the slots are opened. */
function answerLive(host: Host, medium: string, [verb, object]: readonly string[]): void {
  if (verb === 'account' || verb === 'health-gate' || verb === 'pass' || verb === 'overdue') return;
  if (verb !== 'status') refuseLive(host);
  const status = readLiveStatus(host, medium);
  print(host, object === '--json' ? [JSON.stringify(status)] : describeLiveStatus(status));
}

function parse([verb, ...rest]: readonly string[]): ((machine: SlotMachine) => void) | undefined {
  if (verb === 'stage') return parseStage(rest);
  const [object] = rest;
  if (rest.length > 1) return undefined;
  if (verb === 'status' && (object === undefined || object === '--json'))
    return (machine) => printStatus(machine, object === '--json');
  if (verb === 'mark-bad' && (object === undefined || object === 'A' || object === 'B'))
    return (machine) => markBad(machine, object);
  if (verb === 'overdue' && object !== undefined) return ({ host }) => noteOverdue(host, object);
  if (object !== undefined) return undefined;
  if (verb === 'confirm') return confirmRunning;
  if (verb === 'pass') return passRunning;
  if (verb === 'rollback') return rollBack;
  if (verb === 'account') return accountForBoot;
  if (verb === 'health-gate') return passGate;
  return undefined;
}

function parseStage(words: readonly string[]): ((machine: SlotMachine) => void) | undefined {
  let from: string | undefined;
  let tries: 1 | 2 | 3 = 3;
  let force = false;
  for (let at = 0; at < words.length; at += 1) {
    if (words[at] === '--force') force = true;
    else if (words[at] === '--from') from = words[++at];
    else if (words[at] === '--tries' && /^[123]$/.test(words[at + 1] ?? ''))
      tries = Number(words[++at]) as 1 | 2 | 3;
    else return undefined;
  }
  const directory = from?.replace(/\/+$/, '');
  return directory ? (machine) => stage(machine, { from: directory, tries, force }) : undefined;
}

function markBad(machine: SlotMachine, slot: SlotName = machine.running.slot): void {
  markSlotBad(machine, slot, { reason: 'marked bad by command', never: true });
}

function printStatus(machine: SlotMachine, json: boolean): void {
  const status = readStatus(machine);
  print(machine.host, json ? [JSON.stringify(status)] : describeStatus(status));
}

function print(host: Host, lines: readonly string[]): void {
  for (const line of lines) host.print(line);
}
