// From arguments to a chosen command: commander parses; what it has to say against them becomes our kind of error.
import { type Command, CommanderError } from 'commander';
import type { ErrorCode } from '../base/error-codes.ts';
import { CatamaranError } from '../base/errors.ts';
import { commandSynonyms, hintFor, optionHint, runBackends } from '../document/synonyms.ts';
import type { ChosenWork } from './choice.ts';
import { commandPathOf } from './command-path.ts';
import { helpStyle } from './help.ts';
import type { Io } from './io.ts';
import type { RawGlobals } from './options.ts';
import { defineProgram } from './program.ts';
import { wantsColor } from './report/open-front.ts';

export interface Parsed {
  readonly name: string;
  readonly work: ChosenWork;
  readonly globals: RawGlobals;
}

/** Undefined when the answer was help or the version, which are printed already. Throws fault 'usage'. */
export async function parseArguments(argv: readonly string[], io: Io): Promise<Parsed | undefined> {
  let chosen: { name: string; work: ChosenWork } | undefined;
  const { program, examples } = defineProgram((name, work) => {
    chosen = { name, work };
  });
  let refused = program;
  const color = wantsColor(io, 'stdout', !argv.includes('--no-color'));
  for (const command of withAllBelow(program)) {
    command.configureHelp(helpStyle(color, examples.get(command) ?? []));
    adapt(command, io, color, () => {
      refused = command;
    });
  }
  try {
    await program.parseAsync(asked(argv, program), { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return undefined;
    throw usageError(thrown, refused);
  }
  return chosen && { ...chosen, globals: program.opts<RawGlobals>() };
}

/** `help release add` is `release add --help`; words that no command has are refused as such. */
function asked(typed: readonly string[], program: Command): readonly string[] {
  // LinuxKit's spelling, which would be taken for -p with the value "ublish".
  const argv = typed.map((word) => word.replace(/^-publish(?==|$)/, '--publish'));
  const [first, ...words] = argv;
  if (first !== 'help' || words.length === 0) return argv;
  let command: Command | undefined = program;
  for (const word of words.filter((each) => !each.startsWith('-')))
    command = command?.commands.find((below) => below.name() === word);
  return command ? [...words, '--help'] : words;
}

function withAllBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withAllBelow)];
}

/** Commander neither exits nor prints errors; help goes to our streams. */
function adapt(command: Command, io: Io, color: boolean, onExit: () => void): void {
  const width = () => Math.min(io.stdout.columns ?? 100, 110);
  command
    .exitOverride((thrown) => {
      onExit();
      throw thrown;
    })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: width,
      getErrHelpWidth: width,
      getOutHasColors: () => color,
      getErrHasColors: () => color,
      stripColor: (text) => text,
    });
}

function usageError(thrown: CommanderError, command: Command): CatamaranError {
  const [first = '', ...rest] = thrown.message.replace(/^error: /, '').split('\n');
  const suggestion = /^\(Did you mean (.*)\?\)$/.exec(rest.join(' '))?.[1];
  const habit = habitOf(thrown, command);
  const noCommand = thrown.code === 'commander.help';
  return new CatamaranError(
    'usage',
    {
      code: codes[thrown.code] ?? 'usage-invalid-argument',
      message: noCommand ? 'no command is given' : first.replace(/\.$/, ''),
      hint:
        habit ?? (suggestion ? `Did you mean ${suggestion}?` : `See \`${commandPathOf(command)} --help\`.`),
    },
    { cause: thrown },
  );
}

/** What the word would be here, that somebody wrote from habit. */
function habitOf({ code, message }: CommanderError, command: Command): string | undefined {
  const word = /'(.*)'/.exec(message)?.[1] ?? '';
  if (code === 'commander.unknownCommand' && !command.parent) return hintFor(commandSynonyms, word);
  if (code === 'commander.excessArguments' && runBackends.includes(command.args[0] ?? ''))
    return `Leave ${command.args[0]} out: a machine of QEMU is what there is. --platform makes it like another.`;
  if (code !== 'commander.unknownOption') return undefined;
  const known = [command, ...(command.parent ? [command.parent] : [])].flatMap((each) => each.options);
  return optionHint(
    word,
    known.flatMap(({ long }) => long ?? []),
  );
}

/** Commander's name of each mistake, and ours. */
const codes: Readonly<Record<string, ErrorCode>> = {
  'commander.conflictingOption': 'usage-conflicting-option',
  'commander.excessArguments': 'usage-excess-arguments',
  'commander.help': 'usage-no-command',
  'commander.missingArgument': 'usage-missing-argument',
  'commander.missingMandatoryOptionValue': 'usage-missing-mandatory-option-value',
  'commander.optionMissingArgument': 'usage-option-missing-argument',
  'commander.unknownCommand': 'usage-unknown-command',
  'commander.unknownOption': 'usage-unknown-option',
};
