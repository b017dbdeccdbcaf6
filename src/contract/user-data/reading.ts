// What the readers of formats share: what has been read so far, and how a part inside a part is read. Bounded in parts and
// in how deep they lie in each other.
import type { Draft } from './draft.ts';
import type { Findings, Place } from './finding.ts';
import type { Mapping } from './node.ts';

/** A piece of user-data of one format. */
export interface Part {
  readonly bytes: Uint8Array;
  /** What findings call it. */
  readonly name: string;
  /** In which line of it the bytes begin. */
  readonly line: number;
  /** As MIME says, in lower case; absent: the content says it. */
  readonly type?: string;
  /** How many parts it lies in. */
  readonly depth: number;
}

/** Something without which the reading is not complete: an included document, a configuration to merge. */
export interface Request extends Place {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly digest?: { readonly algorithm: 'sha256' | 'sha512'; readonly hex: string };
}

/** What came of a request: the body, or why there is none. */
export type Fetched = Uint8Array | { readonly problem: string };

export interface Reading {
  readonly findings: Findings;
  readonly draft: Draft;
  /** To be merged when all parts are read. */
  readonly cloudConfigs: Mapping[];
  /** Reads a part in whatever format it has. */
  readPart(part: Part): void;
  /** The body where it is there; else it is asked for, and the caller reads again. */
  fetch(request: Request): Uint8Array | undefined;
}

export function placeOf({ name, line }: Part): Place {
  return { part: name, line, pointer: '' };
}

/** A part that lies in this one. */
export function partInside({ depth }: Part, name: string, bytes: Uint8Array, line = 1, type?: string): Part {
  return { bytes, name, line, depth: depth + 1, ...(type !== undefined && { type }) };
}
