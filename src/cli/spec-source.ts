// The specs of a command line as the rooms below take them: paths, `-` for standard input, values of variables.
import type { SpecSource } from '../lock/load-spec.ts';
import type { Io } from './io.ts';

export type SpecNamesAsked = readonly [string, ...string[]];

export function specSource(
  file: SpecNamesAsked,
  set: Readonly<Record<string, string>> = {},
  { cwd, stdin }: Io,
): SpecSource {
  return { file, cwd, set, stdin };
}
