// power_state: what the machine does at the end. Done by a process of its own after a pause, so that what is remembered of
// this boot is written before.
import type { Power, UserCommand } from '../../../../contract/user-data/machine-config.ts';
import type { Host } from '../../../host/host.ts';
import { shellLineOf } from '../commands.ts';
import type { Module } from '../module.ts';

const pause = 10;
/** SECONDS PROGRAM. */
export const powerScript = `setsid sh -c 'sleep "$1"; exec "$2"' sh "$1" "$2" </dev/null >/dev/null 2>&1 &`;

export const power: Module = {
  name: 'power',
  summary: '`power_state`: power off, reboot or halt at the end, if its condition holds',
  pass: 'final',
  when: 'instance',
  apply({ host, config: { power }, report }) {
    if (!power) return;
    if (!holds(host, power.condition)) {
      report.unchanged(`${power.mode}: its condition does not hold`);
      return;
    }
    const seconds = Math.max(pause, power.delay * 60);
    if (power.message !== undefined) host.print(power.message.slice(0, 400));
    report.attempt(`${power.mode} in ${seconds} seconds`, () => {
      host.run(['sh', '-c', powerScript, 'sh', String(seconds), power.mode]);
    });
  },
};

function holds(host: Host, condition: Power['condition']): boolean {
  if (typeof condition === 'boolean') return condition;
  const line =
    condition.kind === 'script'
      ? undefined
      : shellLineOf(condition as Exclude<UserCommand, { kind: 'script' }>);
  return line !== undefined && host.run(['timeout', '-k', '5', '60', 'sh', '-c', line]).status === 0;
}
