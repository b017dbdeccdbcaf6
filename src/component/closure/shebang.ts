// The first line of a script, as Linux reads it (fs/binfmt_script.c: the interpreter, and at most one argument).
// Of env the program that it is to find counts too (env(1): `env [-S] [-i] [NAME=VALUE …] PROGRAM`).

export interface Shebang {
  /** As it is written: a path. */
  readonly interpreter: string;
  /** The name that env is to look for. */
  readonly program?: string;
}

/** Linux reads 256 bytes. */
export const shebangSize = 256;

/** Undefined where the file begins otherwise, or names no path. */
export function readShebang(start: Uint8Array): Shebang | undefined {
  const text = Buffer.from(start.subarray(0, shebangSize)).toString('latin1');
  if (!text.startsWith('#!')) return undefined;
  const [interpreter, ...words] = text
    .slice(2)
    .split('\n', 1)[0]!
    .trim()
    .split(/[ \t]+/);
  if (!interpreter?.startsWith('/')) return undefined;
  if (!interpreter.endsWith('/env')) return { interpreter };
  const program = words.find((word) => !word.startsWith('-') && !word.includes('='));
  return { interpreter, ...(program === undefined ? {} : { program }) };
}
