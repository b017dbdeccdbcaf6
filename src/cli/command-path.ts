import type { Command } from 'commander';

/** How a command is called: `catamaran release add`. */
export function commandPathOf(command: Command): string {
  return command.parent ? `${commandPathOf(command.parent)} ${command.name()}` : command.name();
}
