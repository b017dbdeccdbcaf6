// What the grammar of one command says: how it is called, what it takes, what its help shows, and which work that comes
// to. Work is loaded when it is chosen.
import type { Argument, Command, Option } from 'commander';
import type { ChosenWork } from '../choice.ts';

export type Example = readonly [command: string, what: string];

interface Common {
  readonly name: string;
  /** In the list of commands; without one the description stands there. */
  readonly summary?: string;
  readonly description: string;
  readonly examples?: readonly Example[];
}

/** `Arguments` and `Options` are what commander makes of the two lists. */
interface Grammar<Arguments extends readonly unknown[], Options> extends Common {
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  work(given: Arguments, options: Options): ChosenWork;
}

export interface CommandEntry extends Common {
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  /** Of a command that has parsed its arguments. */
  workOf(command: Command): ChosenWork;
}

/** Commands below a word, under headings; a heading may be empty. */
export interface GroupEntry extends Common {
  readonly commands: Headed<CommandEntry>;
}

export type Headed<Entry> = readonly (readonly [heading: string, entries: readonly Entry[]])[];

/** The one place where what commander has parsed gets its type. */
export function defineCommand<Arguments extends readonly unknown[], Options>(
  grammar: Grammar<Arguments, Options>,
): CommandEntry {
  return {
    arguments: [],
    options: [],
    ...grammar,
    workOf: (command) =>
      grammar.work(command.processedArgs as readonly unknown[] as Arguments, command.opts() as Options),
  };
}
