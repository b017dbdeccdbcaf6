// Who this machine is and what it shall become: init calls the three passes; by hand all of them, or a look at what came of it.
import { provisionPath, readProvisionReport } from '../../contract/provision.ts';
import { AgentError, type Host } from '../host/host.ts';
import { provisionFinal, provisionLocal, provisionNetwork, type Wish } from '../provision/provision.ts';
import { rehearseProvision } from '../provision/rehearse.ts';
import { describeReport } from '../provision/report.ts';
import type { Command, Work } from './command.ts';

const passes: Readonly<Record<string, Work>> = {
  local: (host) => provisionLocal(host),
  network: (host) => provisionNetwork(host),
  final: (host) => provisionFinal(host),
};

export const provision: Command = {
  words: 'provision',
  usage: '[local | network | final | --show | --dry-run | --again]',
  summary:
    'asks the platform who this machine is, and sets it up as user-data say; --again as if for the first time',
  parse([word, ...rest]) {
    if (rest.length > 0) return undefined;
    if (word === undefined) return (host) => all(host, {});
    if (word === '--again') return (host) => all(host, { again: true });
    if (word === '--show') return show;
    if (word === '--dry-run') return rehearseProvision;
    return Object.hasOwn(passes, word) ? passes[word] : undefined;
  },
};

function all(host: Host, wish: Wish): void {
  provisionLocal(host, wish);
  provisionNetwork(host, wish);
  provisionFinal(host);
}

function show(host: Host): void {
  const text = host.readText(provisionPath);
  if (text === undefined)
    throw new AgentError('this machine has not been provisioned since it started', {
      code: 'not-provisioned',
      hint: 'Run `catamaran-agent provision`.',
    });
  for (const line of describeReport(readProvisionReport(text))) host.print(line);
}
