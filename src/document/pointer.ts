// JSON pointers (RFC 6901): how a value inside a document is named between the parser, the checks and later stages.

import type { Flavoured } from '../base/flavour.ts';
/** `` is the document, `/services/0/name` a value in it. */
export type JsonPointer = Flavoured<string, 'JSON pointer'>;

export function childOf(parent: JsonPointer, key: string | number): JsonPointer {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function parentPointer(pointer: JsonPointer): JsonPointer {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
}

export function partsOf(pointer: JsonPointer): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function valueAt(document: unknown, pointer: JsonPointer): unknown {
  return partsOf(pointer).reduce<unknown>(
    (value, part) =>
      value !== null && typeof value === 'object' && Object.hasOwn(value, part)
        ? (value as Record<string, unknown>)[part]
        : undefined,
    document,
  );
}

/** As people write it: `services[0].name`. */
export function describePointer(pointer: JsonPointer): string {
  const text = partsOf(pointer)
    .map((part) =>
      /^\d+$/.test(part) ? `[${part}]` : /^[\w-]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`,
    )
    .join('');
  return text === '' ? 'the document' : text.replace(/^\./, '');
}
