import { Argument } from 'commander';
import { completionScript, type Shell, shells } from '../completion.ts';
import type { CommandEntry } from './entry.ts';

export const completion: CommandEntry = {
  name: 'completion',
  summary: 'print what completes commands in bash or zsh',
  description:
    'Prints a script after which the Tab key completes commands, options and their values. It comes from the same table as --help.',
  arguments: [new Argument('<shell>', 'which one').choices(shells)],
  options: [],
  examples: [
    ['source <(catamaran completion bash)', 'for this terminal; in ~/.bashrc for each'],
    ['source <(catamaran completion zsh)', 'the same in ~/.zshrc, after compinit'],
  ],
  workOf(command) {
    const [shell] = command.processedArgs as readonly unknown[] as [Shell];
    const script = completionScript(command.parent!, shell);
    return async ({ front }) => front.result('completion', { shell, script }, script);
  },
};
