// The agent's programs, as the script on the machine calls them: those of component:agent together, and two of others.
import { dispatch } from '../../src/agent/commands/dispatch.ts';
import {
  agentCommands,
  containerCommands,
  installCommands,
  startCommands,
  updateCommands,
} from '../../src/agent/commands/table.ts';
import type { Host } from '../../src/agent/host/host.ts';

const everyMachine = [...agentCommands, ...containerCommands, ...startCommands];

export const runCommand = (words: readonly string[], host: Host): number =>
  dispatch(words, host, everyMachine);
export const runUpdateCommand = (words: readonly string[], host: Host): number =>
  dispatch(words, host, updateCommands);
export const runInstallCommand = (words: readonly string[], host: Host): number =>
  dispatch(words, host, installCommands);
