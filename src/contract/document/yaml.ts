// YAML and JSON to nodes, by the library `yaml`, which runs in QuickJS. Bounded in size, depth and in what aliases expand to.
import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type YAMLMap,
  type Node as Yaml,
} from 'yaml';
import { decodeBase64 } from '../../base/base64.ts';
import { messageOf } from '../../base/errors.ts';
import { childPlace, type Findings, type Place } from './finding.ts';
import type { Entry, Node, Scalar } from './node.ts';

const limits = { text: 1 << 20, depth: 40, values: 50_000 };

/** Undefined where nothing of the text can be read; why is among the findings. */
export function readYaml(text: string, whole: Place, findings: Findings): Node | undefined {
  return readText(text, whole, findings, false);
}

/** JSON is YAML; that it is JSON, JavaScript says. */
export function readJson(text: string, whole: Place, findings: Findings): Node | undefined {
  try {
    if (text.length <= limits.text) JSON.parse(text);
  } catch {
    const known = findings.all.length;
    readText(text, whole, findings, true);
    if (findings.all.length === known)
      findings.error(whole, 'is not JSON', 'Check commas and quotation marks.');
    return undefined;
  }
  return readText(text, whole, findings, true);
}

function readText(text: string, whole: Place, findings: Findings, json: boolean): Node | undefined {
  if (text.length > limits.text) {
    findings.error(whole, `has more than ${limits.text} characters`, 'Name long contents by a URL.');
    return undefined;
  }
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => ({
    ...whole,
    line: whole.line - 1 + Math.max(1, lines.linePos(offset).line),
  });
  try {
    const root = composeFirst(text, lines, json, (offset, message, hint) =>
      findings.error(placeOf(offset), message, hint),
    );
    return root === undefined ? undefined : convert(root, { placeOf, findings, json, whole });
  } catch (error) {
    if (error instanceof TooMuch)
      findings.error({ ...whole, line: error.line ?? whole.line }, error.message, error.hint);
    else findings.error(whole, `is not YAML that can be read: ${messageOf(error).slice(0, 100)}`);
    return undefined;
  }
}

class TooMuch extends Error {
  readonly hint: string;
  readonly line: number | undefined;
  constructor(message: string, hint: string, line?: number) {
    super(message);
    this.hint = hint;
    this.line = line;
  }
}

type Report = (offset: number, message: string, hint?: string) => void;

/** The root of the first document; null where it is empty. */
function composeFirst(
  text: string,
  lines: LineCounter,
  json: boolean,
  report: Report,
): Yaml | null | undefined {
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  requireShallow(tokens);
  const composer = new Composer({
    schema: 'failsafe',
    customTags: [binary],
    merge: false,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const documents = [...composer.compose(tokens, true, text.length)];
  const first = documents[0];
  if (!first) return null;
  if (first.errors.length > 0) {
    const { pos, message } = first.errors[0]!;
    report(
      pos[0],
      `is not ${json ? 'JSON' : 'YAML'}: ${message.replace(/\s*\n[\s\S]*/, '')}`,
      'Check the indentation, and put a text with special characters in quotes.',
    );
    return undefined;
  }
  if (documents.length > 1)
    report(
      documents[1]!.range[0],
      'another YAML document begins here: it does not count',
      'Make a part of its own of it.',
    );
  return first.contents as Yaml | null;
}

/** Left as it is written: the library's own way to bytes is not there in QuickJS. */
const binary = { tag: 'tag:yaml.org,2002:binary', resolve: (text: string) => text };

/** Before the composer, which descends by recursion. */
function requireShallow(tokens: readonly unknown[]): void {
  let level = tokens;
  for (let depth = 0; level.length > 0; depth++) {
    // A mapping takes up to three steps: its token, its pair, its value.
    if (depth > 3 * limits.depth)
      throw new TooMuch(`is nested more than ${limits.depth} levels deep`, 'Check the brackets.');
    level = level.flatMap((token) => {
      const { items, value, key } = token as { items?: unknown[]; value?: unknown; key?: unknown };
      return [...(items ?? []), value, key].filter((each) => each !== null && typeof each === 'object');
    });
  }
}

interface Conversion {
  readonly placeOf: (offset: number) => Place;
  readonly findings: Findings;
  readonly json: boolean;
  readonly whole: Place;
}

function convert(root: Yaml | null, { placeOf, findings, json, whole }: Conversion): Node {
  const anchors = new Map<string, Yaml>();
  let values = 0;

  function read(node: Yaml | null, from: Place, open: readonly Yaml[]): Node {
    const { line } = node?.range ? placeOf(node.range[0]) : from;
    const at = { ...from, line };
    if (++values > limits.values)
      throw new TooMuch(
        `has more than ${limits.values} values, aliases expanded`,
        'Use fewer or smaller aliases.',
        line,
      );
    if (open.length > limits.depth)
      throw new TooMuch(
        `is nested more than ${limits.depth} levels deep`,
        'Check the brackets and aliases.',
        line,
      );
    if (node === null) return { kind: 'scalar', at, text: '', form: 'empty' };
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined && !open.includes(target)) return read(target, at, open);
      findings.error(
        at,
        `there is no &${node.source} above`,
        'Put the anchor before the alias, and not around it.',
      );
      return { kind: 'scalar', at, text: '', form: 'empty' };
    }
    if ('anchor' in node && node.anchor) anchors.set(node.anchor, node);
    const inside = [...open, node];
    if (isSeq(node))
      return {
        kind: 'list',
        at,
        items: node.items.map((item, index) => read(item as Yaml, childPlace(at, index), inside)),
      };
    if (isMap(node)) return { kind: 'mapping', at, entries: readEntries(node, at, inside) };
    return readScalar(node, at);
  }

  function readEntries(map: YAMLMap, at: Place, inside: readonly Yaml[]): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    const merged: Node[] = [];
    for (const { key, value } of map.items as { key: Yaml | null; value: Yaml | null }[]) {
      const keyLine = key?.range ? placeOf(key.range[0]).line : at.line;
      if (!isScalar(key)) {
        findings.error({ ...at, line: keyLine }, 'a key must be a plain text', 'Put the key in quotes.');
        continue;
      }
      const name = String(key.value ?? '');
      const place = { ...childPlace(at, name), line: keyLine };
      const node = read(value, place, inside);
      if (name === '<<' && key.type === 'PLAIN') merged.push(...(node.kind === 'list' ? node.items : [node]));
      else {
        const first = entries.get(name);
        if (first)
          findings.error(
            place,
            `stands twice, first in line ${first.at.line}: this one counts`,
            'Keep one of them.',
          );
        entries.set(name, { at: place, value: node });
      }
    }
    for (const part of merged) {
      if (part.kind !== 'mapping') findings.error(part.at, '<< must name a mapping');
      else for (const [name, entry] of part.entries) if (!entries.has(name)) entries.set(name, entry);
    }
    return entries;
  }

  function readScalar(node: Yaml, at: Place): Scalar {
    const { value, source, type, tag } = node as {
      value?: unknown;
      source?: string;
      type?: string;
      tag?: string;
    };
    const text = typeof value === 'string' ? value : (source ?? '');
    if (tag?.endsWith('binary')) {
      const bytes = decodeBase64(text);
      if (bytes) return { kind: 'scalar', at, text, form: 'quoted', bytes };
      findings.error(at, 'is not of base 64, as !!binary says');
    }
    if (type !== 'PLAIN' || tag?.endsWith(':str')) return { kind: 'scalar', at, text, form: 'quoted' };
    if (/^(~|null|Null|NULL|)$/.test(text)) return { kind: 'scalar', at, text: '', form: 'empty' };
    return { kind: 'scalar', at, text, form: json ? 'json' : 'plain' };
  }

  return read(root, whole, []);
}
