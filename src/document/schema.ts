// The JSON Schemas as data: which part of one describes a value, for coercion and for messages.
import componentSchema from '../../schemas/component.schema.json' with { type: 'json' };
import lockSchema from '../../schemas/lock.schema.json' with { type: 'json' };
import specSchema from '../../schemas/spec.schema.json' with { type: 'json' };
import { type JsonPointer, partsOf } from './pointer.ts';

/** The subset of draft-07 that ours keep to (test/document/schema.test.ts). */
export interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

export type SchemaFile =
  | 'spec.schema.json'
  | 'component.schema.json'
  | 'lock.schema.json'
  /** An image's label. */
  | 'spec.schema.json#/definitions/containerSettings';

const schemas: Readonly<Record<string, unknown>> = {
  'spec.schema.json': specSchema,
  'component.schema.json': componentSchema,
  'lock.schema.json': lockSchema,
};

/** A place in a schema; references lead from file to file. */
export interface SchemaPlace {
  readonly file: string;
  readonly schema: Schema;
}

export function rootOf(file: SchemaFile): SchemaPlace {
  return resolve({ file, schema: { $ref: file } });
}

/** The schema of the key or item `part` of what `place` describes. Undefined where it describes none. */
export function schemaOfChild(place: SchemaPlace, part: string): SchemaPlace | undefined {
  const { properties, additionalProperties, items } = place.schema;
  const child =
    properties && Object.hasOwn(properties, part)
      ? properties[part]
      : typeof additionalProperties === 'object'
        ? additionalProperties
        : items;
  return child && resolve({ file: place.file, schema: child });
}

export function schemaAt(file: SchemaFile, pointer: JsonPointer): SchemaPlace | undefined {
  return partsOf(pointer).reduce<SchemaPlace | undefined>(
    (place, part) => place && schemaOfChild(place, part),
    rootOf(file),
  );
}

function resolve(place: SchemaPlace): SchemaPlace {
  const { $ref } = place.schema;
  if ($ref === undefined) return place;
  const [file, pointer = ''] = $ref.split('#') as [string, string?];
  const target = file || place.file;
  const schema = partsOf(pointer).reduce<unknown>(
    (at, part) => (at as Record<string, unknown>)[part],
    schemas[target],
  );
  return resolve({ file: target, schema: schema as Schema });
}
