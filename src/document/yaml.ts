// The first step of reading a document: YAML 1.2 text to plain values, with the place of every value in the text.
// Bounded: size, depth and the number of values after aliases are expanded.
import { isUtf8 } from 'node:buffer';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { ErrorCode } from '../base/error-codes.ts';
import { CatamaranError, type Diagnostic, messageOf } from '../base/errors.ts';
import { type Position, positionAt } from '../base/position.ts';
import { formatSize } from '../base/size.ts';
import { define } from './define.ts';
import { readLibyaml } from './libyaml-read.ts';
import { childOf, describePointer, type Pointer, parentOf } from './pointer.ts';
import { Problems } from './problems.ts';
import { explainSyntax } from './syntax.ts';

const limits = { text: 1 << 20, depth: 64, values: 100_000 };

/** Where each value of a document is in its text. Later stages point at lines by it. */
export interface SourceMap {
  /** Of the value; of its key, or of what holds it, where the value has no text of its own. */
  positionOf(pointer: Pointer): Position;
  /** Of the key that names the value; of the value where there is none. */
  keyPositionOf(pointer: Pointer): Position;
  /** A scalar exactly as it is written, without quotes: `0644`. */
  textOf(pointer: Pointer): string | undefined;
  /** Of a scalar that is no text: `!!binary AP8=`. */
  bytesOf(pointer: Pointer): Uint8Array | undefined;
}

export interface ParsedYaml {
  readonly value: unknown;
  readonly source: SourceMap;
  readonly warnings: readonly Diagnostic[];
  /** Duplicate keys and the like: wrong, and yet the rest can be checked. */
  readonly problems: Problems;
  /** Where a variable's value took the place of the text. */
  readonly replaced?: ReadonlySet<Pointer>;
}

/** YAML 1.2, or what LinuxKit's parser makes of a text. */
export type Dialect = '1.2' | 'libyaml';

/** Throws at once where the text is not YAML. */
export function parseYaml(
  file: string,
  written: string,
  problems = new Problems(),
  dialect: Dialect = '1.2',
): ParsedYaml {
  if (written.length > limits.text) {
    throw new CatamaranError('spec', {
      code: 'spec-too-large',
      message: `${file} is larger than ${formatSize(limits.text)}`,
      hint: 'Move long contents to files of their own and name them by source.',
    });
  }
  // The parser of YAML 1.2 does not take the line breaks of old Macs for any.
  const text = written.replace(/\r(?!\n)/g, '\n');
  const { contents, warnings } = dialect === '1.2' ? compose(file, text) : composeLibyaml(file, text);
  const nodes = new Map<Pointer, { node: Node | null; key?: Node | undefined }>();
  const anchors = new Map<string, Node>();
  let values = 0;

  const spanOf = (node: Node) => positionAt(file, text, node.range![0], node.range![1] - node.range![0]);
  const positionOf = (pointer: Pointer): Position => {
    const place = nodes.get(pointer);
    const node = place?.node;
    if (node?.range && node.range[1] > node.range[0]) return spanOf(node);
    if (place?.key?.range) return spanOf(place.key);
    if (node?.range && pointer !== '') return positionAt(file, text, Math.max(0, node.range[0] - 1));
    return pointer === '' ? positionAt(file, text, 0) : positionOf(parentOf(pointer));
  };
  const source: SourceMap = {
    positionOf,
    keyPositionOf(pointer) {
      const key = nodes.get(pointer)?.key;
      return key?.range ? spanOf(key) : positionOf(pointer);
    },
    textOf(pointer) {
      const node = nodes.get(pointer)?.node;
      return isScalar(node) ? textOfScalar(node) : undefined;
    },
    bytesOf(pointer) {
      const node = nodes.get(pointer)?.node;
      return isScalar(node) && node.value instanceof Uint8Array && !isUtf8(node.value)
        ? node.value
        : undefined;
    },
  };

  function read(node: Node | null, pointer: Pointer, key: Node | undefined, open: readonly Node[]): unknown {
    nodes.set(pointer, { node, key });
    const fail = (code: ErrorCode, message: string, hint: string): never => {
      throw new CatamaranError('spec', { code, message, hint, position: positionOf(pointer) });
    };
    if (++values > limits.values) {
      fail(
        'spec-too-large',
        `more than ${limits.values} values, aliases expanded`,
        'Use fewer or smaller aliases.',
      );
    }
    if (open.length > limits.depth) {
      fail('spec-too-deep', `nested more than ${limits.depth} levels deep`, 'Check the brackets.');
    }
    if (node === null) return null;
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) {
        return fail(
          'spec-unknown-anchor',
          `there is no &${node.source} above`,
          'Put the anchor before the alias.',
        );
      }
      if (open.includes(target)) {
        return fail('spec-alias-loop', `*${node.source} contains itself`, 'Remove the alias.');
      }
      return read(target, pointer, key ?? node, open);
    }
    if ('anchor' in node && node.anchor) anchors.set(node.anchor, node);
    const inside = [...open, node];
    if (isScalar(node)) return valueOfScalar(node);
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        read(item as Node | null, childOf(pointer, index), undefined, inside),
      );
    }
    return isMap(node) ? mappingOf(node, pointer, inside) : undefined;
  }

  function mappingOf(map: YAMLMap, pointer: Pointer, inside: readonly Node[]): Record<string, unknown> {
    const mapping: Record<string, unknown> = {};
    const merged: Record<string, unknown>[] = [];
    for (const pair of map.items) {
      const key = pair.key as Node | null;
      if (!isScalar(key)) {
        const position = key?.range ? spanOf(key) : positionOf(pointer);
        problems.add(position, {
          code: 'spec-key',
          message: 'a key must be a plain text',
          hint: 'Put the key in quotes.',
        });
        continue;
      }
      const name = textOfScalar(key);
      const at = childOf(pointer, name);
      if (name === '<<' && key.type === 'PLAIN') {
        const value = read(pair.value as Node | null, at, key, inside);
        for (const part of Array.isArray(value) ? value : [value]) {
          if (part !== null && typeof part === 'object' && !Array.isArray(part)) merged.push(part);
          else {
            problems.add(positionOf(at), {
              code: 'spec-merge',
              message: '<< must be a mapping or a list of mappings',
            });
          }
        }
        continue;
      }
      if (Object.hasOwn(mapping, name)) {
        const first = source.keyPositionOf(at).line;
        problems.add(spanOf(key), {
          code: 'spec-duplicate-key',
          message: `${JSON.stringify(name)} stands twice in ${describePointer(pointer)}, first in line ${first}`,
          hint: 'Keep one of them.',
        });
        continue;
      }
      define(mapping, name, read(pair.value as Node | null, at, key, inside));
    }
    for (const part of merged) {
      for (const [name, value] of Object.entries(part)) {
        if (!Object.hasOwn(mapping, name)) define(mapping, name, value);
      }
    }
    return mapping;
  }

  const value = read(contents, '', undefined, []);
  return { value, source, warnings, problems };
}

function textOfScalar({ value, source }: Scalar): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return typeof value === 'string' ? value : (source ?? String(value ?? ''));
}

/** As JSON has it: dates and bytes are the texts that they are written as or stand for. */
function valueOfScalar(scalar: Scalar): unknown {
  const { value, tag } = scalar;
  if (value !== null && typeof value === 'object') return textOfScalar(scalar);
  const isNumber = tag === 'tag:yaml.org,2002:float' && typeof value === 'string' && /^[-+]?\d+$/.test(value);
  return isNumber ? Number(value) : value;
}

interface Composed {
  readonly contents: Node | null;
  readonly warnings: readonly Diagnostic[];
}

function compose(file: string, text: string): Composed {
  const { contents, errors, warnings } = parseText(file, text);
  const problems = new Problems();
  const told: Diagnostic[] = [];
  const end = text.trimEnd().length;
  const positionOf = ({ pos: [from, to] }: YAMLError): Position => {
    const start = Math.min(from, Math.max(0, end - 1));
    return positionAt(file, text, start, to - start);
  };
  const seen = new Set<string>();
  // An open quote makes the brackets around it look open too: at one place the first error is the innermost.
  for (const error of errors) {
    const position = positionOf(error);
    const place = `${position.line}:${position.column}`;
    if (seen.has(place)) continue;
    seen.add(place);
    // Further documents in the text: as for LinuxKit, only the first counts.
    if (error.code === 'MULTIPLE_DOCS') told.push({ ...explainSyntax(error), position });
    else problems.add(position, explainSyntax(error));
  }
  problems.throwIfAny();
  for (const warning of warnings) {
    told.push({ code: 'spec-yaml-warning', message: warning.message, position: positionOf(warning) });
  }
  return { contents, warnings: told };
}

function parseText(file: string, text: string) {
  try {
    // Of no other version: LinuxKit reads what says that it is of 1.1 as any other file.
    const options = {
      schema: 'core',
      merge: false,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'error',
    } as const;
    const { contents, errors, warnings } = parseDocument(text, options);
    return { contents: contents as Node | null, errors: errors as YAMLError[], warnings };
  } catch (error) {
    throw notReadable(file, text, messageOf(error), error);
  }
}

/** As LinuxKit reads it. */
function composeLibyaml(file: string, text: string): Composed {
  const document = readLibyaml(text);
  if (document === undefined) throw notReadable(file, text, 'LinuxKit does not read it either');
  const { contents, rest } = document;
  if (rest === undefined) return { contents, warnings: [] };
  const warning: Diagnostic = {
    code: 'spec-several-documents',
    message: 'what begins here does not count: the document ends before it',
    hint: 'Remove it, or make a file of its own of it and name both.',
    position: positionAt(file, text, rest),
  };
  return { contents, warnings: [warning] };
}

function notReadable(file: string, text: string, why: string, cause?: unknown): CatamaranError {
  return new CatamaranError(
    'spec',
    {
      code: 'spec-not-yaml',
      message: `not YAML that can be read: ${why}`,
      hint: 'Check the brackets: very deep nesting is refused.',
      position: positionAt(file, text, 0),
    },
    { cause },
  );
}
