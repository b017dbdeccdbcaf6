// What the shell gets, and what it means. Part of the documented interface: --help prints it.
import { exitCodes } from '../base/exit-codes.ts';

/** As a shell gives for a program that died of the signal: 128 and its number. */
export const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGPIPE: 141 } as const;
export type EndingSignal = keyof typeof signalCodes;

/** For people; every code that `main` can answer with. */
export const exitCodeTable: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'Done'],
  [exitCodes.internal, 'A bug in Catamaran'],
  [exitCodes.usage, 'Unknown command or option, or a wrong value for one'],
  [exitCodes.spec, 'An error in the spec, a component or the lock file'],
  [exitCodes.network, 'A mirror or registry cannot be reached or lacks something'],
  [exitCodes.integrity, 'A signature, digest or size is not what it must be'],
  [exitCodes.environment, 'This machine: disk full, no permission, a missing feature'],
  [signalCodes.SIGINT, 'Interrupted (Ctrl-C); 143 for SIGTERM, 141 when the reader of stdout is gone'],
];
