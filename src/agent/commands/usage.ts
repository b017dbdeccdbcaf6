// What the commands are called, for people: those that only init calls are left out. And for the script
// /usr/bin/catamaran-agent, which has to know each command's program and whether it takes the lock.
import type { Command } from './command.ts';

export function usageOf({ words, usage }: Command): string {
  return `catamaran-agent ${words}${usage === undefined ? '' : ` ${usage}`}`;
}

export function listUsage(commands: readonly Command[]): string[] {
  const lines = commands.flatMap((command) =>
    command.summary === undefined ? [] : [`  ${usageOf(command)}`, `      ${command.summary}`],
  );
  return ['usage:', ...lines];
}

/** `PROGRAM LOCK WORDS` in each line, with `lock` or `-`; a command comes before the one whose words it begins with. */
export function listForScript(programs: Readonly<Record<string, readonly Command[]>>): string {
  const lines = Object.entries(programs).flatMap(([program, commands]) =>
    commands.map(({ lock, words }) => ({ words, line: `${program} ${lock ? 'lock' : '-'} ${words}\n` })),
  );
  return lines
    .sort((a, b) => b.words.split(' ').length - a.words.split(' ').length)
    .map(({ line }) => line)
    .join('');
}
