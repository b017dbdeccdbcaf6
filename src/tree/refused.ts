// What a tree refuses of an archive or a layer that comes from outside: fault 'integrity', it is not what it should be.
import { CatamaranError } from '../base/errors.ts';

const usualHint = 'Do not use this archive: it is damaged, hostile, or made by a faulty program.';

export function tarError(code: string, message: string, hint = usualHint): CatamaranError {
  return new CatamaranError('integrity', { code: `tar-${code}`, message, hint });
}
