// What is done with a machine's configuration, in three passes of one boot. As yet the host name and root's keys.
import type { MachineConfig } from '../../../contract/user-data/machine-config.ts';
import type { Fetched, Request } from '../../../contract/user-data/reading.ts';
import type { Host } from '../../host/host.ts';

export type Pass = 'local' | 'network' | 'final';

export interface Outcome {
  readonly module: string;
  readonly state: 'applied' | 'unchanged' | 'failed' | 'ignored';
  /** One line, for people. */
  readonly what: string;
}

export interface Occasion {
  readonly pass: Pass;
  /** A machine that has not been set up yet, or a copy of one. */
  readonly newInstance: boolean;
  fetch(request: Request): Fetched;
}

export function applyConfig(host: Host, config: MachineConfig, { pass }: Occasion): Outcome[] {
  if (pass !== 'local') return [];
  const outcomes: Outcome[] = [];
  if (config.hostname !== undefined) {
    host.run(['hostname', config.hostname]);
    host.writeFile('/etc/hostname', `${config.hostname}\n`);
    outcomes.push({ module: 'hostname', state: 'applied', what: config.hostname });
  }
  if (config.sshKeys.length > 0) {
    host.writeFile('/etc/ssh/authorized_keys.d/root', `${config.sshKeys.join('\n')}\n`);
    outcomes.push({ module: 'ssh-keys', state: 'applied', what: `${config.sshKeys.length} for root` });
  }
  return outcomes;
}
