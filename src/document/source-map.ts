// Where each value of a document is in its text: later stages point at lines by it.
import { isUtf8 } from 'node:buffer';
import { isScalar, type Node, type Scalar } from 'yaml';
import { type Position, positionAt } from '../base/position.ts';
import { type JsonPointer, parentPointer } from './pointer.ts';

export interface SourceMap {
  /** Of the value; of its key, or of what holds it, where the value has no text of its own. */
  positionOf(pointer: JsonPointer): Position;
  /** Of the key that names the value; of the value where there is none. */
  keyPositionOf(pointer: JsonPointer): Position;
  /** A scalar exactly as it is written, without quotes: `0644`. */
  textOf(pointer: JsonPointer): string | undefined;
  /** Of a scalar that is no text: `!!binary AP8=`. */
  bytesOf(pointer: JsonPointer): Uint8Array | undefined;
}

/** One that is being made. */
export interface Places extends SourceMap {
  record(pointer: JsonPointer, node: Node | null, key?: Node): void;
  spanOf(node: Node): Position;
}

export function placesIn(file: string, text: string): Places {
  const nodes = new Map<JsonPointer, { node: Node | null; key: Node | undefined }>();
  const spanOf = (node: Node) => positionAt(file, text, node.range![0], node.range![1] - node.range![0]);
  const positionOf = (pointer: JsonPointer): Position => {
    const { node, key } = nodes.get(pointer) ?? {};
    if (node?.range && node.range[1] > node.range[0]) return spanOf(node);
    if (key?.range) return spanOf(key);
    if (node?.range && pointer !== '') return positionAt(file, text, Math.max(0, node.range[0] - 1));
    return pointer === '' ? positionAt(file, text, 0) : positionOf(parentPointer(pointer));
  };
  return {
    record: (pointer, node, key) => nodes.set(pointer, { node, key }),
    spanOf,
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
      const value = isScalar(node) ? node.value : undefined;
      return value instanceof Uint8Array && !isUtf8(value) ? value : undefined;
    },
  };
}

export function textOfScalar({ value, source }: Scalar): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return typeof value === 'string' ? value : (source ?? String(value ?? ''));
}
