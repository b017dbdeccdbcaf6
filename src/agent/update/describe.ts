// What a check came to, in a sentence for people.
import type { Decision } from '../../tuf/decide.ts';
import { formatTime } from '../../tuf/fields.ts';
import type { Checked } from './check.ts';
import type { UpdateMachine } from './machine.ts';

export function describeCheck({ running, settings }: UpdateMachine, { decision, pointer }: Checked): string {
  const pinned = settings.pin === undefined ? '' : `, this machine is held to ${settings.pin}`;
  const place = `${running.version} runs, ${settings.channel} points at ${pointer.release.version}${pinned}`;
  if (decision.action === 'install') {
    const { version } = decision.release;
    const by = { pointer: '', stone: ', on the way', rollback: ', back from what runs', pin: '' }[
      decision.via
    ];
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
