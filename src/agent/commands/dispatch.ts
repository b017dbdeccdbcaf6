// From words on the command line to an exit status: the one place of the agent's programs that turns an error into a
// message. Nothing else of them knows an exit status.
import { CatamaranError, type Diagnostic, messageOf } from '../../base/errors.ts';
import { exitCodes } from '../../base/exit-codes.ts';
import type { Host } from '../host/host.ts';
import type { Command } from './command.ts';
import { listUsage, usageOf } from './usage.ts';

export function dispatch(words: readonly string[], host: Host, commands: readonly Command[]): number {
  const command = findCommand(words, commands);
  const work = command?.parse(words.slice(command.words.split(' ').length));
  if (work === undefined) {
    for (const line of command ? [`usage: ${usageOf(command)}`] : listUsage(commands)) host.print(line);
    return exitCodes.usage;
  }
  try {
    work(host);
    return 0;
  } catch (thrown) {
    const { fault, diagnostics } = sortOut(thrown);
    for (const { message, hint } of diagnostics) {
      host.print(`catamaran-agent ${words.join(' ')}: ${message}`);
      if (hint !== undefined) host.print(`  hint: ${hint}`);
    }
    return exitCodes[fault];
  }
}

/** The one with the most words that these begin with. */
function findCommand(words: readonly string[], commands: readonly Command[]): Command | undefined {
  const [found] = commands
    .filter((command) => `${words.join(' ')} `.startsWith(`${command.words} `))
    .sort((a, b) => b.words.length - a.words.length);
  return found;
}

function sortOut(thrown: unknown): Pick<CatamaranError, 'fault'> & { diagnostics: readonly Diagnostic[] } {
  if (thrown instanceof CatamaranError) return thrown;
  return { fault: 'internal', diagnostics: [{ code: 'internal', message: messageOf(thrown) }] };
}
