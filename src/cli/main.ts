// The command line as a function: arguments and the process's surroundings in, exit code out. The only place that
// catches everything. What is not needed for an answer is not loaded: `--version` costs what bare Node costs.
import type { Io } from './io.ts';
import { version } from './version.ts';

export async function main(argv: readonly string[], io: Io): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    io.stdout.write(`${version}\n`);
    return 0;
  }
  const { execute } = await import('./execute.ts');
  return execute(argv, io);
}
