// Takes scalars as people wrote them where the schema wants text first: `mode: 0644`, `version: 1.10`, `slot: 4096`.
// YAML would make numbers of them, and 1.10 would lose its last digit.
import { childOf, type JsonPointer } from './pointer.ts';
import { parseWhole } from './scalars.ts';
import { rootOf, type SchemaFile, type SchemaPlace, schemaOfChild } from './schema.ts';
import type { SourceMap } from './source-map.ts';

/**
 * Changes `value` in place as far as it can; returns it.
 * @param replaced where a variable's value stands: a number or a truth value there is as good as its text
 */
export function coerceScalars(
  file: SchemaFile,
  value: unknown,
  source: SourceMap,
  replaced: ReadonlySet<JsonPointer> = new Set(),
): unknown {
  return coerce(value, '', rootOf(file), source, replaced);
}

function coerce(
  value: unknown,
  pointer: JsonPointer,
  place: SchemaPlace,
  source: SourceMap,
  replaced: ReadonlySet<JsonPointer>,
): unknown {
  if (value !== null && typeof value === 'object') {
    const members = value as Record<string, unknown>;
    for (const key of Object.keys(members)) {
      const child = schemaOfChild(place, key);
      if (child && key !== '__proto__') {
        members[key] = coerce(members[key], childOf(pointer, key), child, source, replaced);
      }
    }
    return value;
  }
  const { type } = place.schema;
  if (replaced.has(pointer)) return type === 'string' || type?.[0] === 'string' ? String(value) : value;
  // Digits alone are a number already where they are not in quotes.
  if (type === 'integer' && typeof value === 'string' && !/^[-+]?\d+$/.test(value)) {
    return parseWhole(value) ?? value;
  }
  const textFirst = Array.isArray(type) && type[0] === 'string' && isOneOf(type, value);
  return textFirst ? (source.textOf(pointer) ?? String(value)) : value;
}

function isOneOf(types: readonly string[], value: unknown): boolean {
  return types.includes(typeof value) || (Number.isInteger(value) && types.includes('integer'));
}
