import type { Command } from 'commander';

/** How a command is called: `catamaran release add`. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
