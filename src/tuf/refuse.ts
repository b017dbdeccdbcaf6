// How this room says no: one shape of error for all that it refuses, with the clause of the specification
// (The Update Framework 1.0.34) that asks for the refusal. What is on the machine stays as it was.
import { CatamaranError } from '../base/errors.ts';

/** Each is `tuf-` and this word as the error's code. */
export type Refusal =
  | 'malformed'
  | 'signatures'
  | 'expired'
  | 'rollback'
  | 'mismatch'
  | 'dropped'
  | 'missing'
  | 'too-large'
  | 'schema';

const hints: Readonly<Record<Refusal, string>> = {
  malformed:
    'Publish with `catamaran release`, or another program for TUF 1.0; a proxy must not change files.',
  signatures: 'Sign it with the keys that its role names; somebody else may have signed this.',
  expired: 'Run `catamaran release refresh`, and check the clock of this machine.',
  rollback: 'Serve the newest files; an old copy of the repository may have been put back.',
  mismatch: 'Copy the repository again, timestamp.json last; a cache may serve old files.',
  dropped: 'List it again: a role that was published once stays for ever.',
  missing: 'Copy the whole repository to the server, timestamp.json last.',
  'too-large': 'Look at what the server sends; it is not what was published.',
  schema: 'Update to a release in between that knows this format.',
};

/** `what` and `evidence` make one sentence. */
export function refuse(refusal: Refusal, what: string, evidence: string, clause?: string): CatamaranError {
  return new CatamaranError('integrity', {
    code: `tuf-${refusal}`,
    message: `${what} ${evidence}${clause === undefined ? '' : ` (TUF ${clause})`}`,
    hint: hints[refusal],
  });
}

/** Of any error: which refusal it is, if it is one. */
export function refusalOf(thrown: unknown): string | undefined {
  const code = thrown instanceof CatamaranError ? thrown.code : undefined;
  return code?.startsWith('tuf-') ? code.slice('tuf-'.length) : undefined;
}
