// Shapes of lists and mappings, and of places where several kinds may stand.
import { didYouMean } from '../../../document/suggest.ts';
import { type Findings, type Place, shown } from '../finding.ts';
import { describeKind, isEmpty, kindWords, type Node } from '../node.ts';
import type { Form } from './scalars.ts';
import type { JsonSchema, Shape, ValueOf } from './shape.ts';

export type ShapeFields = Readonly<Record<string, Shape<unknown>>>;

/** What a mapping is read to: its values, and where it is written. */
export type Read<F extends ShapeFields> = { readonly [K in keyof F]?: ValueOf<F[K]> } & {
  readonly at: Place;
};

const most = 10_000;

/** Items that are refused are left out. */
export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    schema: { type: 'array', items: item.schema },
    read(node, findings) {
      if (node.kind !== 'list') return refuseKind(node, findings, 'a list', 'Begin each item with "- ".');
      if (node.items.length > most) return refuseKind(node, findings, `a list of at most ${most}`);
      return node.items.map((each) => readOrEmpty(item, each, findings)).filter((each) => each !== undefined);
    },
  };
}

/** An item alone is a list of one. */
export function oneOrMore<T>(item: Shape<T>): Shape<readonly T[]> {
  const many = list(item);
  return {
    schema: { anyOf: [many.schema, item.schema] },
    read(node, findings) {
      if (node.kind === 'list') return many.read(node, findings);
      const value = item.read(node, findings);
      return value === undefined ? undefined : [value];
    },
  };
}

/** A list of words, or a text with commas between them. */
export function words(item: Shape<string>): Shape<readonly string[]> {
  const many = list(item);
  return {
    schema: { anyOf: [many.schema, { type: 'string' }] },
    read(node, findings) {
      if (node.kind !== 'scalar' || isEmpty(node)) return many.read(node, findings);
      const parts = node.text.split(/[\s,]+/).filter((part) => part !== '');
      return parts.flatMap((part) => item.read({ ...node, text: part }, findings) ?? []);
    },
  };
}

/**
 * A mapping whose keys are known. What is not known is reported, the rest is read.
 * @param required what must be there
 * @param essential what must be right where it is there: without it the whole would mean something else
 */
export function mapping<F extends ShapeFields>(
  fields: F,
  required: readonly (keyof F & string)[] = [],
  essential: readonly (keyof F & string)[] = [],
): Shape<Read<F>> {
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(fields).map(([key, { schema }]) => [key, schema])),
      additionalProperties: false,
      ...(required.length > 0 && { required }),
    },
    read(node, findings) {
      if (node.kind !== 'mapping') return refuseKind(node, findings, 'a mapping of keys to values');
      const values: Record<string, unknown> = { at: node.at };
      for (const [key, { at, value }] of node.entries) {
        const shape = Object.hasOwn(fields, key) ? fields[key] : undefined;
        if (!shape) findings.error(at, `is no key that is known here`, didYouMean(key, Object.keys(fields)));
        else values[key] = readOrEmpty(shape, { ...value, at: isEmpty(value) ? at : value.at }, findings);
      }
      const missing = required.filter((key) => values[key] === undefined && !node.entries.has(key));
      for (const key of missing) findings.error(node.at, `has no ${key}`, `Add ${key}.`);
      const written = (key: string) => node.entries.has(key) && !isEmpty(node.entries.get(key)!.value);
      const refused = essential.some((key) => values[key] === undefined && written(key));
      const complete = required.every((key) => values[key] !== undefined);
      return complete && !refused ? (values as unknown as Read<F>) : undefined;
    },
  };
}

/** A mapping whose keys are data. */
export function record<T>(item: Shape<T>, keys?: Form): Shape<ReadonlyMap<string, T>> {
  return {
    schema: {
      type: 'object',
      additionalProperties: item.schema,
      ...(keys && { propertyNames: { pattern: keys.pattern.source } }),
    },
    read(node, findings) {
      if (node.kind !== 'mapping') return refuseKind(node, findings, 'a mapping of names to values');
      const values = new Map<string, T>();
      for (const [key, { at, value }] of node.entries) {
        if (keys && !keys.pattern.test(key))
          findings.error(at, `is called ${shown(key)}: it must be ${keys.rule}`);
        else {
          const read = readOrEmpty(item, { ...value, at: isEmpty(value) ? at : value.at }, findings);
          if (read !== undefined) values.set(key, read);
        }
      }
      return values;
    },
  };
}

function readOrEmpty<T>(shape: Shape<T>, node: Node, findings: Findings): T | undefined {
  if (!isEmpty(node)) return shape.read(node, findings);
  if (!('empty' in shape)) findings.error(node.at, 'is empty', 'Write its value, or remove it.');
  return shape.empty;
}

interface Kinds {
  readonly scalar?: Shape<unknown>;
  readonly list?: Shape<unknown>;
  readonly mapping?: Shape<unknown>;
}

/** What stands there decides how it is read. */
export function either<K extends Kinds>(kinds: K): Shape<ValueOf<K[keyof K]>> {
  const shapes = (['scalar', 'list', 'mapping'] as const).flatMap((kind) => kinds[kind] ?? []);
  return {
    schema: { anyOf: shapes.map(({ schema }): JsonSchema => schema) },
    read(node, findings) {
      const shape = kinds[node.kind] as Shape<ValueOf<K[keyof K]>> | undefined;
      if (shape) return shape.read(node, findings);
      const rule = Object.keys(kinds).map((kind) => kindWords[kind as keyof Kinds]);
      return refuseKind(node, findings, rule.join(' or '));
    },
  };
}

function refuseKind(node: Node, findings: Findings, rule: string, hint?: string): undefined {
  findings.error(node.at, `is ${describeKind(node)}: it must be ${rule}`, hint);
}
