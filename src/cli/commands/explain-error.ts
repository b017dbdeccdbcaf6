// `catamaran explain-error CODE`: what the code of an error means, and what to do. The one place that has the texts.
import { errorCodes } from '../../base/error-codes.ts';
import { CatamaranError } from '../../base/errors.ts';
import { didYouMean } from '../../document/suggest.ts';
import type { Session } from '../session.ts';

const meanings: ReadonlyMap<string, string> = new Map(
  Object.values(errorCodes).flatMap((subject) => Object.entries(subject)),
);

export async function explainError(code: string, { front }: Session): Promise<void> {
  const meaning = meanings.get(code);
  if (meaning === undefined) {
    throw new CatamaranError('usage', {
      code: 'usage-error-code',
      message: `no error has the code ${JSON.stringify(code)}`,
      hint:
        didYouMean(code, meanings.keys()) ?? 'The code is at the end of an error’s first line, in brackets.',
    });
  }
  front.result('explain-error', { code, meaning }, `${code}\n  ${meaning}\n`);
}
