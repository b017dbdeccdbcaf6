// The command line's grammar, as commander takes it: the table of commands and the options of all of them.
import { Command } from 'commander';
import type { Choose } from './choice.ts';
import { commandPathOf } from './command-path.ts';
import type { CommandEntry, Example, GroupEntry, Headed } from './grammar/entry.ts';
import { addGlobalOptions } from './grammar/globals.ts';
import { commandTable, examples } from './grammar/table.ts';

export interface Program {
  readonly program: Command;
  readonly examples: ReadonlyMap<Command, readonly Example[]>;
}

export function defineProgram(choose: Choose): Program {
  const program = new Command('catamaran')
    .description('Builds immutable container-host operating systems from one YAML file.')
    .usage('COMMAND [OPTION…]');
  addGlobalOptions(program);
  const defining = { choose, examples: new Map([[program, examples]]) };
  addAll(defining, program, commandTable);
  return { program, examples: defining.examples };
}

interface Defining {
  readonly choose: Choose;
  readonly examples: Map<Command, readonly Example[]>;
}

function addAll(defining: Defining, parent: Command, entries: Headed<CommandEntry | GroupEntry>): void {
  for (const [heading, below] of entries) {
    if (heading !== '') parent.commandsGroup(heading);
    for (const entry of below) add(defining, parent, entry);
  }
}

function add(defining: Defining, parent: Command, entry: CommandEntry | GroupEntry): void {
  const command = parent.command(entry.name).description(entry.description);
  if (entry.summary !== undefined) command.summary(entry.summary);
  if (entry.examples) defining.examples.set(command, entry.examples);
  if ('commands' in entry) {
    command.usage('COMMAND [OPTION…]');
    addAll(defining, command, entry.commands);
    return;
  }
  for (const argument of entry.arguments) command.addArgument(argument);
  for (const option of entry.options) command.addOption(option);
  // As it is called in events: without the program's own name.
  const name = commandPathOf(command).split(' ').slice(1).join(' ');
  command.action(() => defining.choose(name, entry.workOf(command)));
}
