// Turns what can end a command from outside (Ctrl-C, SIGTERM, a reader that went away) into one AbortSignal.
import type { EndingSignal } from './exit-codes.ts';
import type { Io } from './io.ts';

export interface Interruption {
  /** For commands: stop soon, leave nothing half done. */
  readonly signal: AbortSignal;
  /** What ended it; undefined as long as nothing has. */
  cause(): EndingSignal | undefined;
  /** Why stdout cannot be written to, where that is not its reader's doing: a full disk, say. */
  outputError(): Error | undefined;
  stop(): void;
}

/** The first signal asks, the second one kills. `onFirst` is told of the first, unless it was the reader. */
export function watchInterruption(io: Io, onFirst: (signal: EndingSignal) => void): Interruption {
  const controller = new AbortController();
  let cause: EndingSignal | undefined;
  let outputError: Error | undefined;

  function abort(signal: EndingSignal): void {
    cause = signal;
    controller.abort(new DOMException(`ended by ${signal}`, 'AbortError'));
  }
  const offSignal = io.onSignal((signal) => {
    if (cause === 'SIGINT' || cause === 'SIGTERM') return io.die(signal);
    abort(signal);
    onFirst(signal);
  });
  // `catamaran … | head`: nobody reads the answer any more, so nobody needs the work. A broken stderr is no reason to stop.
  const onBroken = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') outputError ??= error;
    if (cause === undefined) abort('SIGPIPE');
  };
  const onDeaf = () => {};
  io.stdout.on('error', onBroken);
  io.stderr.on('error', onDeaf);

  return {
    signal: controller.signal,
    cause: () => cause,
    outputError: () => outputError,
    stop() {
      offSignal();
      // The error handlers stay: a write that fails late must not become an uncaught exception.
    },
  };
}
