// The releases on this machine, and what its channel has.
import { openSlots } from '../slots/machine.ts';
import { readSlotStatus } from '../slots/status.ts';
import { alone, type Command } from './command.ts';

export const osList: Command = {
  words: 'os list',
  summary: 'the releases that are on this machine, and what its channel has for it',
  parse: alone((host) => {
    const status = readSlotStatus(openSlots(host));
    for (const [slot, { version, status: state }] of Object.entries(status.slots))
      if (version !== undefined)
        host.print(`${version} in slot ${slot}, ${state}${slot === status.slot ? ', running' : ''}`);
    if (host.readText('/usr/lib/catamaran/update.json') !== undefined)
      host.show(['catamaran-agent', 'update', '--check']);
  }),
};
