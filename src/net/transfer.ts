// What is asked of a transfer into the cache, of whom, and with how much patience: the words that its parts share.
import type { Reporter } from '../base/reporter.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import type { HttpResponse } from './http.ts';
import type { GiveUp, Patience } from './patience.ts';

export interface TransferRequest {
  /** Names it to people: `the package openssl 3.5.1`. */
  readonly what: string;
  /** What is known of it. With a digest, the cache is asked first, and a broken-off transfer is resumed. */
  readonly blob?: Partial<Blob>;
  /** In bytes; more than this is refused, whatever the server says. */
  readonly maxSize: number;
  /**
   * A GET with these headers besides its own, by the rules of whoever is asked. Answers with a response of status 200,
   * 206 or 416; throws a Transient where a later try may help.
   */
  readonly ask: (headers: Readonly<Record<string, string>>) => Promise<HttpResponse>;
  readonly giveUp: GiveUp;
  /**
   * Is given the bytes while they come, and their end only when they are proven; fails with them. The transfer waits
   * for it. A failure of its own is of no account: whoever needs what it made must be ready to make it.
   */
  readonly follow?: Follow | undefined;
}

export type Follow = (bytes: AsyncGenerator<Uint8Array>) => Promise<void>;

export interface TransferTarget {
  readonly cache: Cache;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
  readonly patience: Patience;
}
