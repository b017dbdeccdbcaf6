// What a command is given: the process's surroundings, the global options, a front to speak to and a signal to heed.
import type { Io } from './io.ts';
import type { Globals } from './options.ts';
import type { Front } from './report/front.ts';

export interface Session {
  readonly io: Io;
  readonly globals: Globals;
  readonly front: Front;
  readonly signal: AbortSignal;
}
