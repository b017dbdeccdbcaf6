// What a reader of user-data has to say of it: each finding with its place and, where there is one, the remedy. Findings
// never stop the reading: what is wrong is left out, the rest is applied.

/**
 * error: wrong, and therefore not applied. ignored: right, and without a meaning here. note: applied, and perhaps not what
 * was meant.
 */
export type Level = 'error' | 'ignored' | 'note';

/** Where a value is written. */
export interface Place {
  /** Which part of the user-data: `user-data`, or below it `part 2`. */
  readonly part: string;
  /** From 1. */
  readonly line: number;
  /** Lines are counted in what was decoded or fetched, not in the user-data as it is written. */
  readonly inner?: true;
  /** As people write it, `users[0].name`; empty for the whole part. */
  readonly pointer: string;
}

export interface Finding extends Place {
  readonly level: Level;
  /** One sentence without a full stop. */
  readonly message: string;
  /** What to do about it, as an imperative sentence. */
  readonly hint?: string;
}

const most = 200;

/** Collects findings; so many that nobody would read them are not kept. */
export class Findings {
  readonly all: Finding[] = [];

  error(at: Place, message: string, hint?: string): void {
    this.#add('error', at, message, hint);
  }

  ignored(at: Place, message: string, hint?: string): void {
    this.#add('ignored', at, message, hint);
  }

  note(at: Place, message: string, hint?: string): void {
    this.#add('note', at, message, hint);
  }

  #add(level: Level, at: Place, message: string, hint?: string): void {
    const { part, line, pointer, inner } = at;
    const place = { part, line, pointer, ...(inner && { inner }) };
    if (this.all.length > most) return;
    if (this.all.length === most)
      this.all.push({ level: 'error', ...place, message: 'there is more; it is not listed' });
    else this.all.push({ level, ...place, message, ...(hint !== undefined && { hint }) });
  }
}

export function childPlace({ pointer, ...place }: Place, key: string | number): Place {
  const step =
    typeof key === 'number'
      ? `[${key}]`
      : /^[\w-]+$/.test(key)
        ? `.${key}`
        : `[${JSON.stringify(key.slice(0, 80))}]`;
  return { ...place, pointer: pointer === '' ? step.replace(/^\./, '') : pointer + step };
}

/** For messages: short, and on one line. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}

/** Part after part, each in the order of its lines. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const parts = [...new Set(findings.map(({ part }) => part))];
  return [...findings].sort((a, b) => parts.indexOf(a.part) - parts.indexOf(b.part) || a.line - b.line);
}
