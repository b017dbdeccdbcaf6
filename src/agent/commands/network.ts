// The machine's network, by component:network.
import { AgentError } from '../host/host.ts';
import { setUpNetwork } from '../network/up.ts';
import { awaitNetwork } from '../network/wait.ts';
import { alone, type Command } from './command.ts';

export const networkUp: Command = { words: 'network up', parse: alone(setUpNetwork) };

export const networkWait: Command = {
  words: 'network wait',
  parse([seconds = '30', ...rest]) {
    if (rest.length > 0 || !/^\d{1,4}$/.test(seconds)) return undefined;
    return (host) => {
      if (awaitNetwork(host, Number(seconds))) return;
      throw new AgentError(`no address within ${seconds} seconds`, {
        code: 'network-no-address',
        fault: 'network',
        hint: 'Look at what `ip addr` shows, and whether there is a DHCP server.',
      });
    };
  },
};
