// The command line's grammar as a script for the shell's Tab key: the same table as --help is made from. One function for
// both shells, for zsh reads bash's.
import type { Command, Option } from 'commander';

export const shells = ['bash', 'zsh'] as const;
export type Shell = (typeof shells)[number];

export function completionScript(program: Command, shell: Shell): string {
  const commands = listCommands(program, '');
  const paths = commands.map(({ path }) => quoted(path)).filter((path) => path !== "''");
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ flags, choices }) =>
      choices.length === 0
        ? []
        : [
            branch(
              flags.map((flag) => quoted(`${path} ${flag}`)),
              choices,
            ),
          ],
    ),
  );
  const words = commands.map(({ path, names }) => branch([quoted(path)], names));
  const flags = commands.map(({ path, options }) =>
    branch(
      [quoted(path)],
      options.flatMap((option) => option.flags),
    ),
  );
  const head = shell === 'zsh' ? 'autoload -Uz bashcompinit && bashcompinit\n' : '';
  return `# ${program.name()} completion ${shell}
${head}_catamaran() {
  local word=\${COMP_WORDS[COMP_CWORD]} path='' words='' at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$path \${COMP_WORDS[at]}" in
      ${paths.join(' | ')}) path="$path \${COMP_WORDS[at]}" ;;
    esac
  done
  case "$path \${COMP_WORDS[COMP_CWORD - 1]}" in
${values.join('')}  esac
  if [[ -z $words && $word == -* ]]; then
    case "$path" in
${flags.join('')}    esac
  elif [[ -z $words ]]; then
    case "$path" in
${words.join('')}    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _catamaran ${program.name()}
`;
}

interface Listed {
  /** ` release add`: a space before each word. */
  readonly path: string;
  /** What may follow as a word: commands below, and values of its first argument. */
  readonly names: readonly string[];
  readonly options: readonly { readonly flags: readonly string[]; readonly choices: readonly string[] }[];
}

function listCommands(command: Command, path: string, inherited: readonly Option[] = []): Listed[] {
  const own = [...command.options, ...inherited].filter(({ hidden }) => !hidden);
  const options = own.map(({ short, long, argChoices = [] }) => ({
    flags: [short, long].filter((flag) => flag !== undefined),
    choices: argChoices,
  }));
  const names = command.commands.map((each) => each.name());
  const [first] = command.registeredArguments;
  const help = { flags: ['--help'], choices: [] };
  const listed = { path, names: [...names, ...(first?.argChoices ?? [])], options: [...options, help] };
  const globals = path === '' ? command.options : inherited;
  return [
    listed,
    ...command.commands.flatMap((each) => listCommands(each, `${path} ${each.name()}`, globals)),
  ];
}

const quoted = (text: string): string => `'${text}'`;

const branch = (patterns: readonly string[], words: readonly string[]): string =>
  words.length === 0 ? '' : `    ${patterns.join(' | ')}) words='${words.join(' ')}' ;;\n`;
