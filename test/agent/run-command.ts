// The agent's programs, as their entries call them.
import { dispatch } from '../../src/agent/commands/dispatch.ts';
import { agentCommands, installCommands, updateCommands } from '../../src/agent/commands/table.ts';
import type { Host } from '../../src/agent/host/host.ts';

export const runCommand = (words: readonly string[], host: Host): number =>
  dispatch(words, host, agentCommands);
export const runUpdateCommand = (words: readonly string[], host: Host): number =>
  dispatch(words, host, updateCommands);
export const runInstallCommand = (words: readonly string[], host: Host): number =>
  dispatch(words, host, installCommands);
