import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSize } from '../../src/base/size.ts';
import { rootOf, type Schema, schemaAt } from '../../src/document/schema.ts';

const root = join(import.meta.dirname, '../..');

it('what is generated from the schemas is not stale', () => {
  execFileSync(process.execPath, [join(root, 'scripts/generate.mjs'), '--check'], { stdio: 'pipe' });
});

/** Every schema inside a schema, with its place. */
function* partsOf(
  schema: Schema & { definitions?: Record<string, Schema> },
  at = '#',
): Generator<[string, Schema]> {
  yield [at, schema];
  for (const group of ['properties', 'definitions'] as const) {
    for (const [name, part] of Object.entries(schema[group] ?? {}))
      yield* partsOf(part, `${at}/${group}/${name}`);
  }
  if (schema.items) yield* partsOf(schema.items, `${at}/items`);
  if (typeof schema.additionalProperties === 'object') {
    yield* partsOf(schema.additionalProperties, `${at}/additionalProperties`);
  }
}

describe.each(['spec.schema.json', 'component.schema.json', 'lock.schema.json'] as const)('%s', (file) => {
  const parts = [...partsOf(rootOf(file).schema)];

  it('keeps to the keywords that editors, the types and the messages understand', () => {
    const known =
      /^(\$schema|\$ref|title|description|type|enum|properties|additionalProperties|required|items|definitions|pattern|patternErrorMessage|default|examples|minimum|maximum|minItems)$/;
    for (const [at, part] of parts) {
      expect(
        Object.keys(part).filter((keyword) => !known.test(keyword)),
        at,
      ).toEqual([]);
    }
  });

  it('describes every key, by itself or by what it refers to', () => {
    const undescribed = parts.filter(
      ([at, { description, $ref }]) => /\/properties\/[^/]+$/.test(at) && !description && !$ref,
    );
    expect(undescribed.map(([at]) => at)).toEqual([]);
  });

  it('refuses unknown keys everywhere but in maps', () => {
    for (const [at, part] of parts) {
      if (part.properties) {
        expect(part.additionalProperties, at).toBe(false);
        expect(part.title, at).toBeTruthy();
      }
    }
  });

  it('has a sentence of its own for every pattern', () => {
    for (const [at, part] of parts) {
      if (part.pattern) expect(part.patternErrorMessage, at).toMatch(/^must /);
    }
  });
});

it('every kind of container takes all settings of an image’s label', () => {
  const { definitions } = rootOf('spec.schema.json').schema as { definitions: Record<string, Schema> };
  const settings = Object.keys(definitions.containerSettings!.properties!);
  for (const kind of ['onbootContainer', 'service', 'onshutdownContainer']) {
    expect(Object.keys(definitions[kind]!.properties!)).toEqual(expect.arrayContaining(settings));
  }
});

it('every size of the disk has a default, which is one', () => {
  for (const [key, { default: size }] of Object.entries(
    schemaAt('spec.schema.json', '/disk')!.schema.properties!,
  )) {
    expect(parseSize(String(size)), key).toBeGreaterThan(0);
  }
});
