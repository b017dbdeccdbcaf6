// The first step of reading a document: YAML 1.2 text to plain values, with the place of every value in the text.
// Bounded: size, depth and the number of values after aliases are expanded.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { CatamaranError, type Diagnostic, messageOf } from '../base/errors.ts';
import { type Position, positionAt } from '../base/position.ts';
import { formatSize } from '../base/size.ts';
import { define } from './define.ts';
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

/** Throws at once where the text is not YAML. */
export function parseYaml(file: string, text: string, problems = new Problems()): ParsedYaml {
  const { document, several } = compose(file, text);
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
  };

  function read(node: Node | null, pointer: Pointer, key: Node | undefined, open: readonly Node[]): unknown {
    nodes.set(pointer, { node, key });
    const fail = (code: string, message: string, hint: string): never => {
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
    if (isScalar(node)) return node.value;
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

  const value = read(document.contents as Node | null, '', undefined, []);
  const warnings = document.warnings.map((warning) => ({
    code: 'spec-yaml-warning',
    message: warning.message,
    position: positionAt(file, text, warning.pos[0], warning.pos[1] - warning.pos[0]),
  }));
  return { value, source, warnings: [...several, ...warnings], problems };
}

function textOfScalar(scalar: Scalar): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value ?? ''));
}

/** `several` warns of further documents in the text: as for LinuxKit, only the first counts. */
function compose(file: string, text: string): { document: Document; several: Diagnostic[] } {
  if (text.length > limits.text) {
    throw new CatamaranError('spec', {
      code: 'spec-too-large',
      message: `${file} is larger than ${formatSize(limits.text)}`,
      hint: 'Move long contents to files of their own and name them by source.',
    });
  }
  let document: Document;
  try {
    document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
  } catch (error) {
    throw new CatamaranError(
      'spec',
      {
        code: 'spec-not-yaml',
        message: `not YAML that can be read: ${messageOf(error)}`,
        hint: 'Check the brackets: very deep nesting is refused.',
        position: positionAt(file, text, 0),
      },
      { cause: error },
    );
  }
  const problems = new Problems();
  const several: Diagnostic[] = [];
  const end = text.trimEnd().length;
  const seen = new Set<number>();
  // An open quote makes the brackets around it look open too: at one place the first error is the innermost.
  for (const error of document.errors) {
    const start = Math.min(error.pos[0], Math.max(0, end - 1));
    if (seen.has(start)) continue;
    seen.add(start);
    const position = positionAt(file, text, start, error.pos[1] - start);
    if (error.code === 'MULTIPLE_DOCS') several.push({ ...explainSyntax(error), position });
    else problems.add(position, explainSyntax(error));
  }
  problems.throwIfAny();
  return { document, several };
}
