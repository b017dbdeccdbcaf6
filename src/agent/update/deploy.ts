// `catamaran-agent deploy` and `upgrade`: a person holds the machine to one release, and lets it go again. Both as far as the
// next boot, which tries what was installed.
import type { ReleaseVersion } from '../../base/flavour.ts';
import { AgentError } from '../host/host.ts';
import type { UpdateMachine } from './machine.ts';
import type { UpdateOptions } from './options.ts';
import { readArmed } from './reboot.ts';
import { removeSetting, writeSetting } from './settings.ts';
import { updateMachine } from './update.ts';

export function deployRelease(machine: UpdateMachine, version: ReleaseVersion, force: boolean): void {
  const { host, running } = machine;
  updateMachine(pinnedTo(machine, version), asFarAsBoot(force));
  if (![running.version, readArmed(machine)?.version].includes(version))
    throw new AgentError(`${version} is not installed`, { code: 'release-refused', fault: 'usage' });
  writeSetting(host, 'pin', version);
  host.print(`this machine is held to ${version} from now on; catamaran-agent upgrade lets it go`);
}

export function upgradeMachine(machine: UpdateMachine): void {
  removeSetting(machine.host, 'pin');
  updateMachine(pinnedTo(machine, undefined), asFarAsBoot(false));
}

const pinnedTo = (machine: UpdateMachine, pin: ReleaseVersion | undefined): UpdateMachine => ({
  ...machine,
  settings: { ...machine.settings, pin },
});

const asFarAsBoot = (force: boolean): UpdateOptions => ({
  ...{ goal: 'apply', force, media: undefined, waiveExpiry: false, poll: false },
});
