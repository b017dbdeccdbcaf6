// What is asked of a download, of whom, and with how much patience: the words that its parts share.
import { setTimeout as pause } from 'node:timers/promises';
import type { Reporter } from '../base/reporter.ts';
import type { Blob, Cache } from './cache.ts';

export interface DownloadRequest {
  readonly url: string;
  /** Names it to people: `the package openssl 3.5.1`. */
  readonly what: string;
  /** What is known of it. With a digest, the cache is asked first, and a broken-off download is resumed. */
  readonly blob?: Partial<Blob>;
  /** In bytes; more than this is refused, whatever the server says. */
  readonly maxSize: number;
  /** Sent to the URL's origin only, not to where it redirects. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Patience {
  /** Tries without progress, in all. */
  readonly tries: number;
  /** Milliseconds in which at least 1 KiB must arrive. */
  readonly stall: number;
  /** Milliseconds before the second try; doubled for each one after. */
  readonly backOff: number;
  /** Milliseconds: the longest wait between two tries, also where the server asks for more. */
  readonly maxWait: number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface DownloadTarget {
  readonly cache: Cache;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
  readonly offline: boolean;
  readonly patience?: Partial<Patience>;
}

export const usualPatience: Patience = {
  tries: 5,
  stall: 30_000,
  backOff: 500,
  maxWait: 60_000,
  sleep: (milliseconds, signal) => pause(milliseconds, undefined, { signal }),
};
