// What may stand at a place of a document, said once: how it is read, and how the JSON Schema says the same. The schema
// (schemas/user-data.schema.json) and the types of what is read both come from shapes, so they cannot differ.
import type { Findings, Place } from '../finding.ts';
import type { Node } from '../node.ts';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface Shape<T> {
  readonly schema: JsonSchema;
  /** Undefined where the node is refused; why is among the findings then. */
  read(node: Node, findings: Findings): T | undefined;
  /** What a key without a value means; absent: a mistake. */
  readonly empty?: T | undefined;
}

export type ValueOf<S> = S extends Shape<infer T> ? T : never;

/** With a sentence for editors. */
export function about<T>(description: string, shape: Shape<T>): Shape<T> {
  return { ...shape, schema: { description, ...shape.schema } };
}

/** A key that may stand there without a value. */
export function orEmpty<T, E extends T | undefined>(shape: Shape<T>, empty: E): Shape<T> {
  return { ...shape, empty: empty as T, schema: { anyOf: [shape.schema, { type: 'null' }] } };
}

/** A key that is right elsewhere and has no meaning here. */
export function meaningless(why: string, remedy?: string): Shape<never> {
  return {
    schema: { description: `Without a meaning here: ${why}.`, deprecated: true },
    read(node, findings) {
      findings.ignored(node.at, `has no meaning here: ${why}`, remedy);
      return undefined;
    },
  };
}

/** The node itself, for what has a reader of its own; `schema` says what stands there. */
export function unread(schema: JsonSchema): Shape<Node> {
  return { schema, read: (node) => node };
}

/** With the place where it is written. */
export function withPlace<T>(shape: Shape<T>): Shape<{ readonly value: T; readonly at: Place }> {
  return {
    schema: shape.schema,
    read(node, findings) {
      const value = shape.read(node, findings);
      return value === undefined ? undefined : { value, at: node.at };
    },
  };
}

/** What is read, made into something else. */
export function changed<T, U>(shape: Shape<T>, change: (value: T) => U): Shape<U> {
  return {
    schema: shape.schema,
    read(node, findings) {
      const value = shape.read(node, findings);
      return value === undefined ? undefined : change(value);
    },
  };
}
