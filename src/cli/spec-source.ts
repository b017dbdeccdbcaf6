// The specs of a command line as the rooms below take them: paths, `-` for standard input, values of variables.
import type { SpecSource } from '../lock/load-spec.ts';
import type { Io } from './io.ts';

export type SpecFiles = readonly [string, ...string[]];

export function specSource(
  file: SpecFiles,
  set: Readonly<Record<string, string>> = {},
  { cwd, stdin }: Io,
): SpecSource {
  return { file, cwd, set, stdin };
}
