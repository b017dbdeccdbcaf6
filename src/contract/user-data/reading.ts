// What the readers of formats share: what has been read so far, and how a part inside a part is read. Bounded in parts and
// in how deep they lie in each other.

import type { Findings, Place } from '../document/finding.ts';
import type { Mapping } from '../document/node.ts';
import type { Draft } from './draft.ts';

/** A piece of user-data of one format. */
export interface UserDataPart {
  readonly bytes: Uint8Array;
  /** What findings call it. */
  readonly name: string;
  /** The line at which its text begins, of what is written or of what was decoded. */
  readonly line: number;
  /** Its lines are not those of the user-data as it is written. */
  readonly inner?: true;
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
  readPart(part: UserDataPart): void;
  /** The body where it is there; else it is asked for, and the caller reads again. */
  fetch(request: Request): Uint8Array | undefined;
}

export function placeOfPart({ name, line, inner }: UserDataPart): Place {
  return { part: name, line, pointer: '', ...(inner && { inner }) };
}

/** A part that lies in this one and was decoded or fetched. */
export function partInside(
  { depth }: UserDataPart,
  name: string,
  bytes: Uint8Array,
  type?: string,
): UserDataPart {
  return { bytes, name, line: 1, inner: true, depth: depth + 1, ...(type !== undefined && { type }) };
}

/** A part of which the text stands in this one as it is, from `line`. */
export function partWithin(
  { depth, inner }: UserDataPart,
  name: string,
  bytes: Uint8Array,
  line: number,
  type?: string,
): UserDataPart {
  return {
    bytes,
    name,
    line,
    depth: depth + 1,
    ...(inner && { inner }),
    ...(type !== undefined && { type }),
  };
}
