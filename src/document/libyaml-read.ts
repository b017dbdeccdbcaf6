// Tokens as libyaml sees them → nodes like those of the YAML 1.2 parser, with their places: for a spec that is none by
// YAML 1.2, and one for LinuxKit. Only the first document is read, and what follows its end is not looked at.
import { Alias, Document, Pair, Scalar, type ScalarTag, YAMLMap, YAMLSeq } from 'yaml';
import { NotLibyaml, scanLibyaml, type Token, type TokenKind } from './libyaml-scan.ts';

type AnyNode = Alias | Scalar | YAMLMap | YAMLSeq;

/** Deeper than any document may be. */
const maxDepth = 200;

export interface LibyamlDocument {
  /** Null where there is none. */
  readonly contents: AnyNode | null;
  /** Where something begins that does not count, as the document ends before it. */
  readonly rest?: number;
}

/** Undefined where LinuxKit refuses the text too. */
export function readLibyaml(text: string): LibyamlDocument | undefined {
  const { tokens, fault } = scanLibyaml(text);
  try {
    return new Reader(tokens, fault).document();
  } catch (error) {
    if (error instanceof NotLibyaml) return undefined;
    throw error;
  }
}

interface Properties {
  anchor?: string;
  tag?: string;
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #fault: boolean;
  readonly #handles = new Map([
    ['!', '!'],
    ['!!', 'tag:yaml.org,2002:'],
  ]);
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], fault: boolean) {
    this.#tokens = tokens;
    this.#fault = fault;
  }

  document(): LibyamlDocument {
    let versions = 0;
    while (this.#is('directive')) versions += this.#directive(this.#take().value!);
    if (versions > 1) throw new NotLibyaml();
    if (this.#next > 0 && !this.#is('document-start')) throw new NotLibyaml();
    const explicit = this.#accept('document-start');
    const isEmpty =
      this.#is('stream-end') || (explicit && this.#is('directive', 'document-start', 'document-end'));
    const contents = isEmpty ? null : this.#node(true, false);
    this.#accept('document-end');
    const ends = this.#next === this.#tokens.length ? this.#fault : this.#is('stream-end');
    return ends ? { contents } : { contents, rest: this.#peek().start };
  }

  #directive(text: string): number {
    const [name, first, second] = text.split(/[ \t]+/) as [string, string, string];
    if (name === '%YAML') {
      if (!/^0?1\.0?1$/.test(first)) throw new NotLibyaml();
      return 1;
    }
    this.#handles.set(first, second);
    return 0;
  }

  #peek(): Token {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw this.#fault ? new NotLibyaml() : new Error('no token after the last');
    return token;
  }

  #is(...kinds: readonly TokenKind[]): boolean {
    return kinds.includes(this.#peek().kind);
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #accept(kind: TokenKind): boolean {
    const found = this.#is(kind);
    if (found) this.#next++;
    return found;
  }

  #node(block: boolean, indentless: boolean): AnyNode {
    if (++this.#depth > maxDepth) throw new NotLibyaml();
    const node = this.#nodeAt(block, indentless);
    this.#depth--;
    return node;
  }

  #nodeAt(block: boolean, indentless: boolean): AnyNode {
    const { start } = this.#peek();
    if (this.#is('alias')) return this.#alias();
    const properties = this.#properties();
    const { kind } = this.#peek();
    if (indentless && kind === 'block-entry') return this.#sequence(start, properties, 'indentless');
    if (kind === 'scalar') return this.#scalar(this.#take(), properties);
    if (kind === '[') return this.#flowSequence(start, properties);
    if (kind === '{') return this.#flowMapping(start, properties);
    if (block && kind === 'block-sequence') return this.#sequence(start, properties, 'block');
    if (block && kind === 'block-mapping') return this.#mapping(start, properties);
    if (properties.anchor === undefined && properties.tag === undefined) throw new NotLibyaml();
    return this.#empty(start, properties);
  }

  #alias(): Alias {
    const { value, start, end } = this.#take();
    return placed(new Alias(value!), start, end);
  }

  #properties(): Properties {
    const properties: Properties = {};
    for (let count = 0; count < 2 && this.#is('anchor', 'tag'); count++) {
      const { kind, value } = this.#peek();
      if (kind === 'anchor' ? properties.anchor !== undefined : properties.tag !== undefined) break;
      if (kind === 'anchor') properties.anchor = value!;
      else properties.tag = this.#tagOf(value!);
      this.#next++;
    }
    return properties;
  }

  #tagOf(text: string): string {
    const verbatim = /^!<(.*)>$/.exec(text)?.[1];
    if (verbatim !== undefined) return verbatim;
    const [, handle = '!', suffix = ''] = /^(![\w-]*!|!)(.*)$/.exec(text) ?? [];
    const prefix = this.#handles.get(handle);
    if (prefix === undefined) throw new NotLibyaml();
    return prefix + suffix;
  }

  #scalar(token: Token, { anchor, tag }: Properties): Scalar {
    const plain = token.style === 'PLAIN';
    const node = new Scalar(resolve(token.value!, plain, tag));
    node.source = token.value!;
    node.type = token.style!;
    if (tag !== undefined) node.tag = tag;
    return anchored(placed(node, token.start, token.end), anchor);
  }

  #empty(at: number, properties: Properties = {}): Scalar {
    return this.#scalar({ kind: 'scalar', start: at, end: at, value: '', style: 'PLAIN' }, properties);
  }

  #sequence(start: number, { anchor }: Properties, kind: 'block' | 'indentless'): YAMLSeq {
    const sequence = anchored(new YAMLSeq(), anchor);
    if (kind === 'block') this.#take();
    const empties: readonly TokenKind[] =
      kind === 'block' ? ['block-entry', 'block-end'] : ['block-entry', 'key', 'value', 'block-end'];
    while (this.#is('block-entry')) {
      const { end } = this.#take();
      sequence.items.push(this.#is(...empties) ? this.#empty(end) : this.#node(true, false));
    }
    if (kind === 'block' && !this.#accept('block-end')) throw new NotLibyaml();
    return placed(sequence, start, this.#lastEnd());
  }

  #mapping(start: number, { anchor }: Properties): YAMLMap {
    const mapping = anchored(new YAMLMap(), anchor);
    this.#take();
    const part = () =>
      this.#is('key', 'value', 'block-end') ? this.#empty(this.#peek().start) : this.#node(true, true);
    while (this.#accept('key')) {
      const key = part();
      mapping.items.push(new Pair(key, this.#accept('value') ? part() : this.#empty(this.#peek().start)));
    }
    if (!this.#accept('block-end')) throw new NotLibyaml();
    return placed(mapping, start, this.#lastEnd());
  }

  #flowSequence(start: number, { anchor }: Properties): YAMLSeq {
    const sequence = anchored(new YAMLSeq(), anchor);
    sequence.flow = true;
    this.#take();
    for (let first = true; !this.#is(']'); first = false) {
      if (!first && !this.#accept('flow-entry')) throw new NotLibyaml();
      if (this.#is(']')) break;
      const at = this.#peek().start;
      sequence.items.push(this.#accept('key') ? this.#flowPair(at) : this.#node(false, false));
    }
    this.#take();
    return placed(sequence, start, this.#lastEnd());
  }

  /** A key without brackets of its own, in a list. */
  #flowPair(at: number): YAMLMap {
    const mapping = new YAMLMap();
    mapping.flow = true;
    mapping.items.push(this.#flowPairOf(']'));
    return placed(mapping, at, this.#lastEnd());
  }

  #flowMapping(start: number, { anchor }: Properties): YAMLMap {
    const mapping = anchored(new YAMLMap(), anchor);
    mapping.flow = true;
    this.#take();
    for (let first = true; !this.#is('}'); first = false) {
      if (!first && !this.#accept('flow-entry')) throw new NotLibyaml();
      if (this.#is('}')) break;
      if (this.#accept('key')) mapping.items.push(this.#flowPairOf('}'));
      else mapping.items.push(new Pair(this.#node(false, false), this.#empty(this.#peek().start)));
    }
    this.#take();
    return placed(mapping, start, this.#lastEnd());
  }

  #flowPairOf(close: ']' | '}'): Pair<AnyNode, AnyNode> {
    const key = this.#is('value', 'flow-entry', close)
      ? this.#empty(this.#peek().start)
      : this.#node(false, false);
    const hasValue = this.#accept('value') && !this.#is('flow-entry', close);
    return new Pair(key, hasValue ? this.#node(false, false) : this.#empty(this.#peek().start));
  }

  #lastEnd(): number {
    return this.#tokens[this.#next - 1]!.end;
  }
}

function placed<T extends AnyNode>(node: T, start: number, end: number): T {
  node.range = [start, end, end];
  return node;
}

function anchored<T extends Scalar | YAMLMap | YAMLSeq>(node: T, anchor: string | undefined): T {
  if (anchor !== undefined) node.anchor = anchor;
  return node;
}

const scalarTags = new Document(null).schema!.tags.filter(
  (tag): tag is ScalarTag => tag.collection === undefined,
);

/** By YAML 1.2, as everywhere here. */
function resolve(text: string, plain: boolean, tag: string | undefined): unknown {
  if (tag === 'tag:yaml.org,2002:binary') return Buffer.from(text, 'base64');
  if (tag === undefined && !plain) return text;
  const found = scalarTags.find(
    (each) => (tag === undefined ? each.default : each.tag === tag) && each.test?.test(text),
  );
  if (!found) return text;
  const value = found.resolve(text, () => undefined, {});
  return value instanceof Scalar ? value.value : value;
}
