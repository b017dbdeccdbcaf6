// One command from its arguments to its exit code: parse, open a front, run, and say what went wrong.

import type { ChosenWork } from './choice.ts';
import { failureOf } from './failure.ts';
import { watchInterruption } from './interrupt.ts';
import type { Io, OutputStream } from './io.ts';
import { completeGlobals, type Globals } from './options.ts';
import { type Parsed, parseArguments } from './parse.ts';
import { type FrontOptions, openFront, wantsColor } from './report/open-front.ts';

export async function execute(argv: readonly string[], io: Io): Promise<number> {
  let parsed: Parsed | undefined;
  let globals: Globals;
  try {
    parsed = await parseArguments(argv, io);
    if (parsed === undefined) return 0;
    globals = completeGlobals(parsed.globals, io);
  } catch (thrown) {
    const front = await openFront(io, guessFrontOptions(argv, io));
    const failure = failureOf(thrown, undefined);
    front.failure(failure);
    return failure.exitCode;
  }
  return perform(parsed.work, globals, io);
}

/** Runs a command to its end, whatever that is. */
export async function perform(work: ChosenWork, globals: Globals, io: Io): Promise<number> {
  const { json, verbosity, color } = globals;
  const front = await openFront(io, { json, verbosity, color: color.stderr });
  const interruption = watchInterruption(io, () => {
    front.warn('interrupted: finishing what cannot be left half done', 'Press Ctrl-C again to stop at once.');
  });
  const { signal } = interruption;
  try {
    await work({ io, globals, front, signal });
    await flush(io.stdout);
    signal.throwIfAborted();
    return 0;
  } catch (thrown) {
    const broken = interruption.outputError();
    const failure = broken ? failureOf(broken, undefined) : failureOf(thrown, interruption.cause());
    if (broken || interruption.cause() !== 'SIGPIPE') front.failure(failure);
    return failure.exitCode;
  } finally {
    front.close();
    interruption.stop();
  }
}

/** An answer that could not be written must not count as given. */
function flush(stream: OutputStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

/** For arguments that do not parse: what they seem to ask for. */
function guessFrontOptions(argv: readonly string[], io: Io): FrontOptions {
  return {
    json: argv.includes('--json'),
    color: wantsColor(io, 'stderr', !argv.includes('--no-color')),
    verbosity: 'normal',
  };
}
