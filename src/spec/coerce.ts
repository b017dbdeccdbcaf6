// Takes scalars as people wrote them where the schema wants text first: `mode: 0644`, `version: 1.10`, `slot: 4096`.
// YAML would make numbers of them, and 1.10 would lose its last digit.
import { childOf, type Pointer } from './pointer.ts';
import { rootOf, type SchemaFile, type SchemaPlace, schemaOfChild } from './schema.ts';
import type { SourceMap } from './yaml.ts';

/** Changes `value` in place as far as it can; returns it. */
export function coerceScalars(file: SchemaFile, value: unknown, source: SourceMap): unknown {
  return coerce(value, '', rootOf(file), source);
}

function coerce(value: unknown, pointer: Pointer, place: SchemaPlace, source: SourceMap): unknown {
  if (value !== null && typeof value === 'object') {
    const members = value as Record<string, unknown>;
    for (const key of Object.keys(members)) {
      const child = schemaOfChild(place, key);
      if (child && key !== '__proto__') {
        members[key] = coerce(members[key], childOf(pointer, key), child, source);
      }
    }
    return value;
  }
  const { type } = place.schema;
  const textFirst = Array.isArray(type) && type[0] === 'string' && isOneOf(type, value);
  return textFirst ? (source.textOf(pointer) ?? String(value)) : value;
}

function isOneOf(types: readonly string[], value: unknown): boolean {
  return types.includes(typeof value) || (Number.isInteger(value) && types.includes('integer'));
}
