// VMware's guestinfo, by the program vmware-rpctool of open-vm-tools: an image that has it asks, another one does not.
import { ovfProperties } from '../../../contract/metadata/forms/ovf.ts';
import { firstVariables, moreVariables, readVariables } from '../../../contract/metadata/variables.ts';
import type { UserDataPlace } from '../../../platform/user-data.ts';
import type { Host } from '../../host/host.ts';
import { documentLimit } from '../read-file.ts';
import type { Kind } from '../source.ts';

const program = 'vmware-rpctool';
/** In seconds, for one variable. */
const patience = 5;

export const guestinfo: Kind<Extract<UserDataPlace, { at: 'guestinfo' }>> = {
  when: 'local',
  look(_, { host, findings }) {
    if (host.run(['which', program]).status !== 0)
      return { problem: `this image has no ${program}, by which guestinfo is asked`, again: false };
    const variables = new Map<string, string>();
    for (const name of firstVariables()) ask(host, name, variables);
    for (const name of moreVariables(variables)) ask(host, name, variables);
    const environment = variables.get('guestinfo.ovfEnv');
    variables.delete('guestinfo.ovfEnv');
    // What is set on the machine itself counts before what its template has.
    for (const [name, value] of environment === undefined ? [] : ovfProperties(environment))
      if (!variables.has(name)) variables.set(name, value);
    if (variables.size === 0) return undefined;
    return { where: program, given: readVariables(variables, findings) };
  },
};

/** A variable that is not there ends it with a failure. */
function ask(host: Host, name: string, variables: Map<string, string>): void {
  const { status, output } = host.run(['timeout', String(patience), program, `info-get ${name}`]);
  const value = output.replace(/\n$/, '');
  if (status === 0 && value.trim() !== '' && value.length <= documentLimit * 2) variables.set(name, value);
}
