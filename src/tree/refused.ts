// What a tree refuses of an archive or a layer that comes from outside: fault 'integrity', it is not what it should be.
import type { ErrorCode } from '../base/error-codes.ts';
import { CatamaranError } from '../base/errors.ts';

const usualHint = 'Do not use this archive: it is damaged, hostile, or made by a faulty program.';

/** What follows `tar-` in an error's code. */
type Flaw = ErrorCode extends infer Code ? (Code extends `tar-${infer Rest}` ? Rest : never) : never;

export function tarError(flaw: Flaw, message: string, hint = usualHint): CatamaranError {
  return new CatamaranError('integrity', { code: `tar-${flaw}`, message, hint });
}
