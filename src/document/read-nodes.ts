// Nodes → plain values, each with its place; aliases and merge keys (`<<`) are carried out. Bounded: depth, and the number
// of values after aliases are expanded.
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { ErrorCode } from '../base/error-codes.ts';
import { CatamaranError } from '../base/errors.ts';
import { define } from './define.ts';
import { childOf, describePointer, type JsonPointer } from './pointer.ts';
import type { Problems } from './problems.ts';
import { type Places, textOfScalar } from './source-map.ts';

const maxDepth = 64;

export function readNodes(
  contents: Node | null,
  places: Places,
  problems: Problems,
  maxValues: number,
): unknown {
  const reading = { places, problems, maxValues, anchors: new Map(), values: 0 };
  return readNode(reading, contents, { pointer: '', open: [] });
}

interface Reading {
  readonly places: Places;
  readonly problems: Problems;
  readonly maxValues: number;
  readonly anchors: Map<string, Node>;
  values: number;
}

/** Where a node stands. */
interface Place {
  readonly pointer: JsonPointer;
  readonly key?: Node;
  /** The nodes around it. */
  readonly open: readonly Node[];
}

type Mapping = Record<string, unknown>;

function readNode(reading: Reading, node: Node | null, place: Place): unknown {
  const { pointer, key, open } = place;
  reading.places.record(pointer, node, key);
  if (++reading.values > reading.maxValues) {
    const message = `more than ${reading.maxValues} values, aliases expanded`;
    throw refusal(reading, pointer, 'spec-too-large', message, 'Use fewer or smaller aliases.');
  }
  if (open.length > maxDepth) {
    const message = `nested more than ${maxDepth} levels deep`;
    throw refusal(reading, pointer, 'spec-too-deep', message, 'Check the brackets.');
  }
  if (node === null) return null;
  if (isAlias(node)) {
    return readNode(reading, targetOf(reading, node.source, place), { key: node, ...place });
  }
  if ('anchor' in node && node.anchor) reading.anchors.set(node.anchor, node);
  const inside = [...open, node];
  if (isScalar(node)) return valueOfScalar(node);
  if (isSeq<Node | null>(node)) {
    return node.items.map((item, index) =>
      readNode(reading, item, { pointer: childOf(pointer, index), open: inside }),
    );
  }
  return isMap<Node | null, Node | null>(node) ? readMapping(reading, node, pointer, inside) : undefined;
}

function targetOf(reading: Reading, name: string, { pointer, open }: Place): Node {
  const target = reading.anchors.get(name);
  if (target === undefined) {
    const message = `there is no &${name} above`;
    throw refusal(reading, pointer, 'spec-unknown-anchor', message, 'Put the anchor before the alias.');
  }
  if (open.includes(target)) {
    throw refusal(reading, pointer, 'spec-alias-loop', `*${name} contains itself`, 'Remove the alias.');
  }
  return target;
}

function readMapping(
  reading: Reading,
  map: YAMLMap<Node | null, Node | null>,
  pointer: JsonPointer,
  inside: readonly Node[],
): Mapping {
  const mapping: Mapping = {};
  const merged: Mapping[] = [];
  for (const pair of map.items) {
    const name = nameOf(reading, pair, pointer);
    if (name === undefined) continue;
    const key = pair.key as Scalar;
    const at = childOf(pointer, name);
    const read = () => readNode(reading, pair.value, { pointer: at, key, open: inside });
    if (name === '<<' && key.type === 'PLAIN') merged.push(...mappingsIn(reading, read(), at));
    else if (Object.hasOwn(mapping, name)) refuseSecond(reading, key, name, pointer);
    else define(mapping, name, read());
  }
  // What a mapping has itself counts before what is merged into it, and what is named first before the rest.
  for (const [name, value] of merged.flatMap(Object.entries)) {
    if (!Object.hasOwn(mapping, name)) define(mapping, name, value);
  }
  return mapping;
}

function nameOf({ places, problems }: Reading, { key }: Pair<Node | null>, parent: JsonPointer) {
  if (isScalar(key)) return textOfScalar(key);
  problems.add(key?.range ? places.spanOf(key) : places.positionOf(parent), {
    code: 'spec-key',
    message: 'a key must be a plain text',
    hint: 'Put the key in quotes.',
  });
  return undefined;
}

/** Of the value of `<<`. */
function mappingsIn({ places, problems }: Reading, value: unknown, at: JsonPointer): Mapping[] {
  const isMapping = (part: unknown): part is Mapping =>
    part !== null && typeof part === 'object' && !Array.isArray(part);
  const parts: unknown[] = Array.isArray(value) ? value : [value];
  if (!parts.every(isMapping)) {
    const message = '<< must be a mapping or a list of mappings';
    problems.add(places.positionOf(at), { code: 'spec-merge', message });
  }
  return parts.filter(isMapping);
}

function refuseSecond({ places, problems }: Reading, key: Node, name: string, parent: JsonPointer): void {
  const first = places.keyPositionOf(childOf(parent, name)).line;
  problems.add(places.spanOf(key), {
    code: 'spec-duplicate-key',
    message: `${JSON.stringify(name)} stands twice in ${describePointer(parent)}, first in line ${first}`,
    hint: 'Keep one of them.',
  });
}

/** As JSON has it: dates and bytes are the texts that they are written as or stand for. */
function valueOfScalar(scalar: Scalar): unknown {
  const { value, tag } = scalar;
  if (value !== null && typeof value === 'object') return textOfScalar(scalar);
  const isNumber = tag === 'tag:yaml.org,2002:float' && typeof value === 'string' && /^[-+]?\d+$/.test(value);
  return isNumber ? Number(value) : value;
}

function refusal({ places }: Reading, pointer: JsonPointer, code: ErrorCode, message: string, hint: string) {
  return new CatamaranError('spec', { code, message, hint, position: places.positionOf(pointer) });
}
