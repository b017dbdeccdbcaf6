// What the script /usr/bin/catamaran-agent reads on the machine, out of the table; scripts/bundle.mjs writes it into dist.
import { agentPrograms } from './table.ts';
import { listForScript, listUsage } from './usage.ts';

export const scriptFiles: Readonly<Record<string, string>> = {
  'agent-commands.txt': listForScript(agentPrograms),
  'agent-usage.txt': `${listUsage(Object.values(agentPrograms).flat()).join('\n')}\n`,
};
