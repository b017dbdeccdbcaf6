// A place in a text file that a person wrote.

export interface Position {
  /** As the person named the file. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** How many characters the caret underlines; at least 1. */
  readonly length: number;
  /** The whole line, without its line break. */
  readonly excerpt: string;
}

/** The position of `offset` (UTF-16 code units from 0) in `text`. */
export function positionAt(file: string, text: string, offset: number, length = 1): Position {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const excerpt = text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
  const line = text.slice(0, start).split('\n').length;
  const column = offset - start + 1;
  return { file, line, column, length: Math.max(1, Math.min(length, excerpt.length - column + 1)), excerpt };
}
