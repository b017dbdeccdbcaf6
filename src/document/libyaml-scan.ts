// Text → tokens as libyaml sees them, whose port to Go is what LinuxKit reads its files with: it does not look at the
// indentation of lines within brackets and quotes, and has rules of its own for tabs, comments and ":" in brackets.

export type TokenKind =
  | 'alias'
  | 'anchor'
  | 'block-end'
  | 'block-entry'
  | 'block-mapping'
  | 'block-sequence'
  | 'directive'
  | 'document-end'
  | 'document-start'
  | 'flow-entry'
  | 'key'
  | 'scalar'
  | 'stream-end'
  | 'tag'
  | 'value'
  | '['
  | ']'
  | '{'
  | '}';

export type ScalarStyle = 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE' | 'BLOCK_LITERAL' | 'BLOCK_FOLDED';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** Of a scalar its text, of an anchor, alias, tag or directive what it says. */
  readonly value?: string;
  readonly style?: ScalarStyle;
}

/** libyaml would not read it either. */
export class NotLibyaml extends Error {}

/** A token that becomes the key of a mapping when a ":" follows it on its line. */
interface SimpleKey {
  readonly token: number;
  readonly at: number;
  readonly line: number;
  readonly column: number;
  readonly required: boolean;
}

const maxKeyLength = 1024;
const forbidden = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const isBreak = (c: string): boolean => /^[\n\r\x85\u2028\u2029]$/.test(c);
const isBlank = (c: string): boolean => c === ' ' || c === '\t';
const isSpace = (c: string): boolean => c === '' || isBlank(c) || isBreak(c);

/** All tokens of the text; those from the first fault on are missing, and `fault` says so. */
export function scanLibyaml(text: string): { tokens: readonly Token[]; fault: boolean } {
  const scanner = new Scanner(text);
  try {
    while (scanner.fetch());
    return { tokens: scanner.tokens, fault: false };
  } catch (error) {
    if (!(error instanceof NotLibyaml)) throw error;
    return { tokens: scanner.tokens, fault: true };
  }
}

class Scanner {
  readonly tokens: Token[] = [];
  /** Up to the first character that no text may have: what it is part of may not count any more. */
  readonly #text: string;
  readonly #whole: number;
  #at = 0;
  #line = 0;
  #lineStart = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  #keyAllowed = true;
  /** One for each open bracket, and one for the block around them. */
  readonly #keys: (SimpleKey | undefined)[] = [undefined];

  constructor(text: string) {
    const end = text.search(forbidden);
    this.#text = end === -1 ? text : text.slice(0, end);
    this.#whole = text.length;
    // A byte order mark takes no column; anywhere else it is a character like any other.
    if (text.startsWith('\ufeff')) this.#lineStart = ++this.#at;
  }

  /** False at the end. */
  fetch(): boolean {
    this.#skipToToken();
    this.#unroll(this.#column);
    const c = this.#peek();
    if (c === '' && this.#text.length < this.#whole) throw new NotLibyaml();
    if (c === '') return this.#end();
    if (this.#column === 0) {
      if (c === '%') return this.#directive();
      if (this.#isDocumentMark()) return this.#documentMark(c === '-' ? 'document-start' : 'document-end');
    }
    if (c === '[' || c === '{') return this.#open(c);
    if (c === ']' || c === '}') return this.#close(c);
    if (c === ',') return this.#flowEntry();
    const spaced = isSpace(this.#peek(1));
    if (c === '-' && spaced) return this.#blockEntry();
    if (c === '?' && (this.#inFlow || spaced)) return this.#explicitKey();
    if (c === ':' && (this.#inFlow || spaced)) return this.#value();
    if (c === '*' || c === '&') return this.#anchor(c === '*' ? 'alias' : 'anchor');
    if (c === '!') return this.#tag();
    if ((c === '|' || c === '>') && !this.#inFlow) return this.#block(c === '|');
    if (c === "'" || c === '"') return this.#quoted(c);
    const startsPlain =
      !/[\t?:,[\]{}#&*!|>'"%@`-]/.test(c) ||
      (c === '-' && !isBlank(this.#peek(1))) ||
      (!this.#inFlow && (c === '?' || c === ':') && !spaced);
    if (!startsPlain) throw new NotLibyaml();
    return this.#plain();
  }

  get #column(): number {
    return this.#at - this.#lineStart;
  }

  get #inFlow(): boolean {
    return this.#keys.length > 1;
  }

  #peek(offset = 0): string {
    return this.#text[this.#at + offset] ?? '';
  }

  /** Steps over a line break; gives what it stands for. */
  #readBreak(): string {
    const c = this.#peek();
    this.#at += c === '\r' && this.#peek(1) === '\n' ? 2 : 1;
    this.#line++;
    this.#lineStart = this.#at;
    return c === '\u2028' || c === '\u2029' ? c : '\n';
  }

  #add(kind: TokenKind, start: number, rest: { value?: string; style?: ScalarStyle } = {}): true {
    this.tokens.push({ kind, start, end: this.#at, ...rest });
    return true;
  }

  /** A token of `length` characters. */
  #addSign(kind: TokenKind, length = 1): true {
    const start = this.#at;
    this.#at += length;
    return this.#add(kind, start);
  }

  #insert(index: number, kind: TokenKind, at: number): void {
    this.tokens.splice(index, 0, { kind, start: at, end: at });
  }

  #isDocumentMark(): boolean {
    const mark = this.#text.slice(this.#at, this.#at + 3);
    return this.#column === 0 && (mark === '---' || mark === '...') && isSpace(this.#peek(3));
  }

  #skipToToken(): void {
    for (;;) {
      while (this.#peek() === ' ' || ((this.#inFlow || !this.#keyAllowed) && this.#peek() === '\t'))
        this.#at++;
      if (this.#peek() === '#') this.#skipComment();
      if (!isBreak(this.#peek())) return;
      this.#readBreak();
      if (!this.#inFlow) this.#keyAllowed = true;
    }
  }

  #skipComment(): void {
    while (!isBreak(this.#peek()) && this.#peek() !== '') this.#at++;
  }

  #skipBlanks(): void {
    while (isBlank(this.#peek())) this.#at++;
  }

  #unroll(column: number): void {
    if (this.#inFlow) return;
    while (this.#indent > column) {
      this.#insert(this.tokens.length, 'block-end', this.#at);
      this.#indent = this.#indents.pop()!;
    }
  }

  #roll(column: number, kind: 'block-mapping' | 'block-sequence', at: number, index: number): void {
    if (this.#inFlow || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    this.#insert(index, kind, at);
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    this.#removeKey();
    this.#keys[this.#keys.length - 1] = {
      token: this.tokens.length,
      at: this.#at,
      line: this.#line,
      column: this.#column,
      required: !this.#inFlow && this.#indent === this.#column,
    };
  }

  #removeKey(): void {
    if (this.#keys.at(-1)?.required) throw new NotLibyaml();
    this.#keys[this.#keys.length - 1] = undefined;
  }

  #end(): false {
    this.#unroll(-1);
    this.#removeKey();
    this.#add('stream-end', this.#at);
    return false;
  }

  #directive(): true {
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    const start = this.#at;
    this.#skipComment();
    const value = this.#text.slice(start, this.#at).replace(/\s+#.*$/, '');
    if (!/^%(?:YAML[ \t]+\d{1,2}\.\d{1,2}|TAG[ \t]+!(?:[\w-]*!)?[ \t]+\S+)[ \t]*$/.test(value))
      throw new NotLibyaml();
    return this.#add('directive', start, { value });
  }

  #documentMark(kind: 'document-start' | 'document-end'): true {
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    return this.#addSign(kind, 3);
  }

  #open(kind: '[' | '{'): true {
    this.#saveKey();
    this.#keys.push(undefined);
    this.#keyAllowed = true;
    return this.#addSign(kind);
  }

  #close(kind: ']' | '}'): true {
    this.#removeKey();
    if (this.#inFlow) this.#keys.pop();
    this.#keyAllowed = false;
    return this.#addSign(kind);
  }

  #flowEntry(): true {
    this.#removeKey();
    this.#keyAllowed = true;
    return this.#addSign('flow-entry');
  }

  #blockEntry(): true {
    if (!this.#inFlow) this.#beginBlock('block-sequence');
    this.#removeKey();
    this.#keyAllowed = true;
    return this.#addSign('block-entry');
  }

  #beginBlock(kind: 'block-mapping' | 'block-sequence'): void {
    if (!this.#keyAllowed) throw new NotLibyaml();
    this.#roll(this.#column, kind, this.#at, this.tokens.length);
  }

  #explicitKey(): true {
    if (!this.#inFlow) this.#beginBlock('block-mapping');
    this.#removeKey();
    this.#keyAllowed = !this.#inFlow;
    return this.#addSign('key');
  }

  #value(): true {
    const key = this.#keys.at(-1);
    if (key && key.line === this.#line && this.#at - key.at <= maxKeyLength) {
      this.#insert(key.token, 'key', key.at);
      this.#roll(key.column, 'block-mapping', key.at, key.token);
      this.#keys[this.#keys.length - 1] = undefined;
      this.#keyAllowed = false;
    } else {
      if (key?.required) throw new NotLibyaml();
      if (!this.#inFlow) this.#beginBlock('block-mapping');
      this.#keyAllowed = !this.#inFlow;
    }
    return this.#addSign('value');
  }

  #anchor(kind: 'alias' | 'anchor'): true {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at++;
    const value = this.#match(/[\w-]+/y);
    if (value === '' || !(isSpace(this.#peek()) || /[?:,\]}%@`]/.test(this.#peek()))) throw new NotLibyaml();
    return this.#add(kind, start, { value });
  }

  #tag(): true {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at;
    const value = this.#match(/!<[\w\-;/?:@&=+$.!~*'()[\],%]+>|![\w\-;/?:@&=+$.!~*'()[\],%]*/y);
    if (!isSpace(this.#peek()) || value === '!!') throw new NotLibyaml();
    return this.#add('tag', start, { value });
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ''] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #block(literal: boolean): true {
    this.#removeKey();
    this.#keyAllowed = true;
    const start = this.#at++;
    const header = this.#match(/[+-][1-9]?|[1-9][+-]?|/y);
    this.#skipBlanks();
    if (this.#peek() === '#') this.#skipComment();
    if (!isBreak(this.#peek()) && this.#peek() !== '') throw new NotLibyaml();
    if (this.#peek() !== '') this.#readBreak();
    const increment = Number(/\d/.exec(header)?.[0] ?? 0);
    const chomp = /[+-]/.exec(header)?.[0] ?? '';
    const value = this.#blockText(literal, chomp, increment > 0 ? Math.max(this.#indent, 0) + increment : 0);
    return this.#add('scalar', start, { value, style: literal ? 'BLOCK_LITERAL' : 'BLOCK_FOLDED' });
  }

  #blockText(literal: boolean, chomp: string, given: number): string {
    let { indent, breaks } = this.#blockBreaks(given);
    let text = '';
    let lastBreak = '';
    let wasBlank = false;
    while (this.#column === indent && this.#peek() !== '') {
      const blank = isBlank(this.#peek());
      const folds = !literal && !wasBlank && !blank && lastBreak === '\n';
      text += (folds ? (breaks === '' ? ' ' : '') : lastBreak) + breaks;
      wasBlank = blank;
      const from = this.#at;
      this.#skipComment();
      text += this.#text.slice(from, this.#at);
      lastBreak = this.#peek() === '' ? '' : this.#readBreak();
      ({ indent, breaks } = this.#blockBreaks(indent));
    }
    if (chomp !== '-') text += lastBreak;
    return chomp === '+' ? text + breaks : text;
  }

  /** Empty lines; an indentation of 0 is found out here. */
  #blockBreaks(given: number): { indent: number; breaks: string } {
    let breaks = '';
    let widest = 0;
    for (;;) {
      while ((given === 0 || this.#column < given) && this.#peek() === ' ') this.#at++;
      widest = Math.max(widest, this.#column);
      if ((given === 0 || this.#column < given) && this.#peek() === '\t') throw new NotLibyaml();
      if (!isBreak(this.#peek())) break;
      breaks += this.#readBreak();
    }
    return { indent: given || Math.max(widest, this.#indent + 1, 1), breaks };
  }

  #quoted(quote: string): true {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at++;
    let value = '';
    for (;;) {
      if (this.#isDocumentMark() || this.#peek() === '') throw new NotLibyaml();
      let joined = false;
      while (!isSpace(this.#peek())) {
        const c = this.#peek();
        if (c === quote && !(quote === "'" && this.#peek(1) === "'")) break;
        if (quote === '"' && c === '\\' && isBreak(this.#peek(1))) {
          this.#at++;
          this.#readBreak();
          joined = true;
          break;
        }
        value += quote === '"' && c === '\\' ? this.#escape() : c;
        if (c !== '\\' || quote === "'") this.#at += c === quote ? 2 : 1;
      }
      if (this.#peek() === quote) break;
      value += this.#whiteSpace(joined);
    }
    this.#at++;
    return this.#add('scalar', start, { value, style: quote === '"' ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE' });
  }

  /** Blanks as they are; line breaks folded. @param joined a line break was escaped before them */
  #whiteSpace(joined = false): string {
    let blanks = '';
    let first: string | undefined = joined ? '' : undefined;
    let further = '';
    while (isBlank(this.#peek()) || isBreak(this.#peek())) {
      if (isBlank(this.#peek())) {
        if (first === undefined) blanks += this.#peek();
        this.#at++;
      } else if (first === undefined) first = this.#readBreak();
      else further += this.#readBreak();
    }
    if (first === undefined) return blanks;
    return first === '\n' ? further || ' ' : first + further;
  }

  #escape(): string {
    const c = this.#peek(1);
    this.#at += 2;
    const simple = Object.hasOwn(escapes, c) ? escapes[c] : undefined;
    if (simple !== undefined) return simple;
    const length = { x: 2, u: 4, U: 8 }[c] ?? 0;
    const digits = this.#text.slice(this.#at, this.#at + length);
    const code = Number.parseInt(digits, 16);
    const isCode = /^[0-9a-f]+$/i.test(digits) && digits.length === length;
    if (length === 0 || !isCode || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      throw new NotLibyaml();
    this.#at += length;
    return String.fromCodePoint(code);
  }

  #plain(): true {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at;
    const indent = this.#indent + 1;
    let value = '';
    let end = start;
    let space = '';
    let broken = false;
    while (!this.#isDocumentMark() && this.#peek() !== '#') {
      const from = this.#at;
      while (!isSpace(this.#peek()) && !this.#endsPlain()) this.#at++;
      if (this.#at > from) {
        value += space + this.#text.slice(from, this.#at);
        end = this.#at;
        broken = false;
      }
      if (!isBlank(this.#peek()) && !isBreak(this.#peek())) break;
      const line = this.#line;
      space = this.#plainSpace(indent);
      broken ||= this.#line > line;
      if (!this.#inFlow && this.#column < indent) break;
    }
    this.tokens.push({ kind: 'scalar', start, end, value, style: 'PLAIN' });
    if (broken) this.#keyAllowed = true;
    return true;
  }

  #plainSpace(indent: number): string {
    const from = this.#at;
    const space = this.#whiteSpace();
    // A tab where the indentation of a further line ought to be.
    const lines = this.#text
      .slice(from, this.#at)
      .split(/\r\n|[\n\r\x85\u2028\u2029]/)
      .slice(1);
    if (lines.some((line) => line.slice(0, indent).includes('\t'))) throw new NotLibyaml();
    return space;
  }

  #endsPlain(): boolean {
    const c = this.#peek();
    return (c === ':' && isSpace(this.#peek(1))) || (this.#inFlow && /[,?[\]{}]/.test(c));
  }
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
