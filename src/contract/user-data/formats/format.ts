// One format of user-data: how it is recognised, and how it is read.
import type { Reading, UserDataPart } from '../reading.ts';

export interface UserDataFormat {
  /** For messages. */
  readonly name: string;
  /** MIME types that name it, in lower case. */
  readonly types: readonly string[];
  /** `firstLine` has no white space at its end; `text` is all of the part. */
  detects(firstLine: string, text: string): boolean;
  read(text: string, part: UserDataPart, reading: Reading): void;
}
