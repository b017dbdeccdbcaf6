// Who publishes in a test, with which keys, and how it ends for them.

import type { Publisher } from '../../../src/release/change/publisher.ts';
import type { SigningKey } from '../../../src/release/repository/draft.ts';
import type { Workplace } from './workplace.ts';

/** The curve of a release that all machines get. */
export const atOnce = [[0, 10_000]] as const;

/** `done`, or the code of the error. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (thrown: { code?: string }) => thrown.code ?? 'unknown',
  );

/** A publisher who has these keys alone. */
export async function person(place: Workplace, ...names: string[]): Promise<Publisher> {
  const publisher = await place.publisher();
  return { ...publisher, keyring: publisher.keyring.filter(({ name }) => names.includes(name)) };
}

export const keyNamed = ({ keyring }: Pick<Publisher, 'keyring'>, name: string): SigningKey =>
  keyring.find((key) => key.name === name)!;
