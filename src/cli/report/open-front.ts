// Chooses the front for a command's options and streams.
import type { Io } from '../io.ts';
import { type Front, limitFront, type Verbosity } from './front.ts';
import { createJsonFront } from './json.ts';
import { createPlainFront } from './plain.ts';

export interface FrontOptions {
  readonly json: boolean;
  /** Colours wanted on stderr. */
  readonly color: boolean;
  readonly verbosity: Verbosity;
}

export async function openFront(io: Io, { json, color, verbosity }: FrontOptions): Promise<Front> {
  const verbose = verbosity === 'verbose';
  if (json) return limitFront(createJsonFront(io, verbose), verbosity);
  // A terminal without a size, as some programs make them, has no line that could be written over.
  const sized = io.stderr.columns !== 0;
  const live = io.stderr.isTTY === true && sized && io.env.TERM !== 'dumb' && verbosity !== 'quiet';
  if (!live) return limitFront(createPlainFront(io, { color, verbose }), verbosity);
  const { createTerminalFront } = await import('./terminal.ts');
  return limitFront(createTerminalFront(io, { color, verbose }), verbosity);
}

/** NO_COLOR (any value but the empty one) and a stream that is no terminal switch colours off, as does `--no-color`. */
export function wantsColor(io: Io, stream: 'stdout' | 'stderr', asked = true): boolean {
  return asked && !io.env.NO_COLOR && io.env.TERM !== 'dumb' && io[stream].isTTY === true;
}
