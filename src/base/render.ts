// Puts a Diagnostic into text for people: where, what, the line with a caret under the place, and the remedy.
import type { Diagnostic } from './errors.ts';
import type { Position } from './position.ts';
import { printable } from './printable.ts';

export interface RenderOptions {
  /** ANSI colours. */
  readonly color?: boolean;
  /** How it is called; default `error`. */
  readonly severity?: 'error' | 'warning';
  /** The code at the end of the first line, for who wants to look it up. */
  readonly codes?: boolean;
}

/** What is said by the way may have no code. */
type Shown = Omit<Diagnostic, 'code'> & Partial<Pick<Diagnostic, 'code'>>;

const tabWidth = 4;

/** Several lines, without a line break at the end. */
export function renderDiagnostic(diagnostic: Shown, options: RenderOptions = {}): string {
  const { code, position, message, hint } = diagnostic;
  const { severity = 'error' } = options;
  const paint = (style: string, text: string) => (options.color ? `\x1b[${style}m${text}\x1b[0m` : text);
  const mood = severity === 'error' ? '31' : '33';
  const place = position ? `${position.file}:${position.line}:${position.column}: ` : '';
  const lines = [
    `${paint('1', printable(place))}${paint(`1;${mood}`, `${severity}:`)} ${paint('1', printable(message))}`,
  ];
  if (options.codes && code !== undefined) lines[0] += paint('2', ` [${code}]`);
  if (position && position.excerpt.trim() !== '') {
    const { excerpt, indent, underline } = layOut(position);
    const number = String(position.line);
    const gutter = ' '.repeat(number.length);
    lines.push(
      paint('2', ` ${number} | `) + excerpt,
      paint('2', ` ${gutter} | `) + ' '.repeat(indent) + paint(`1;${mood}`, '^'.repeat(underline)),
    );
  }
  if (hint) lines.push(`  ${paint('36', 'hint:')} ${printable(hint)}`);
  return lines.join('\n');
}

export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions = {}): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options)).join('\n\n');
}

const longest = 160;

/** The line as a terminal shows it, and the columns of the caret in it. A long line is cut around the place. */
function layOut({ excerpt, column, length }: Position) {
  const cells = cellsOf(excerpt);
  const start = cells.findIndex(({ offset, text }) => column - 1 < offset + text.length);
  const from = start === -1 ? cells.length : start;
  const end = cells.findIndex(({ offset }) => offset >= column - 1 + length);
  const to = end === -1 ? cells.length : end;
  const first = cells.length > longest ? Math.max(0, from - longest / 4) : 0;
  const last = Math.min(cells.length, first + longest);
  const width = (a: number, b: number) =>
    cells.slice(a, Math.min(b, last)).reduce((sum, cell) => sum + cell.width, 0);
  const [before, after] = [first > 0 ? '…' : '', last < cells.length ? '…' : ''];
  const shown = cells.slice(first, last).map((cell) => cell.shown);
  return {
    excerpt: before + shown.join('') + after,
    indent: before.length + width(first, from),
    underline: Math.max(1, width(from, to)),
  };
}

interface Cell {
  /** In UTF-16 code units from the line's start. */
  readonly offset: number;
  readonly text: string;
  readonly shown: string;
  /** Columns in a terminal. */
  readonly width: number;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u;

function cellsOf(line: string): Cell[] {
  let column = 0;
  return [...graphemes.segment(line)].map(({ segment, index }) => {
    const shown = segment === '\t' ? ' '.repeat(tabWidth - (column % tabWidth)) : printable(segment);
    const width = widthOf(shown);
    column += width;
    return { offset: index, text: segment, shown, width };
  });
}

/** In columns, of one grapheme or of the spaces that stand for a tab. */
function widthOf(shown: string): number {
  if (/^[\x20-\x7e]*$/.test(shown)) return shown.length;
  if (/^[\p{M}\u200b\ufeff]+$/u.test(shown)) return 0;
  return wide.test(shown) ? 2 : 1;
}
