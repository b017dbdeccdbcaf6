// What the script /usr/bin/catamaran-agent reads on the machine, out of the table; scripts/bundle.mjs writes it into dist.
import { agentCommands, installCommands, provisionCommands, updateCommands } from './table.ts';
import { listForScript, listUsage } from './usage.ts';

export const scriptFiles: Readonly<Record<string, string>> = {
  'agent-commands.txt': listForScript({
    agent: agentCommands,
    update: updateCommands,
    install: installCommands,
    provision: provisionCommands,
  }),
  'agent-usage.txt': `${listUsage([...agentCommands, ...updateCommands, ...provisionCommands, ...installCommands]).join('\n')}\n`,
};
