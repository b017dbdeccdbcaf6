// docs/linuxkit.md speaks of every key of the schema, and of no other.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rootOf, type SchemaPlace, schemaOfChild } from '../../src/document/schema.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/linuxkit.md'), 'utf8');

/** Which platforms there are, another page says. */
const platform = /^platforms\.[a-z]+/;

/** `mounts[].type`, `platforms.NAME`, `variables.NAME.type`; the three kinds of containers are one: `container.name`. */
function* keysOf(place: SchemaPlace, at = ''): Generator<string> {
  const { properties = {}, items, additionalProperties } = place.schema;
  for (const key of Object.keys(properties)) {
    const path = at === '' ? key : `${at}.${key}`;
    yield path.replace(/^(onboot|services|onshutdown)\[\]/, 'container').replace(platform, 'platforms.NAME');
    yield* keysOf(schemaOfChild(place, key)!, path);
  }
  if (items) yield* keysOf(schemaOfChild(place, '0')!, `${at}[]`);
  if (typeof additionalProperties === 'object') yield* keysOf(schemaOfChild(place, ' ')!, `${at}.NAME`);
}

/** `a.{b,c}` → `a.b`, `a.c`. */
function expand(key: string): string[] {
  const braces = /^([^{]*)\{([^}]*)\}(.*)$/.exec(key);
  if (!braces) return [key];
  const [, before, choices, after] = braces;
  return choices!.split(',').flatMap((choice) => expand(`${before}${choice}${after}`));
}

/** What the first cells of the tables name. */
function keysOfPage(): string[] {
  let prefix = '';
  return page.split('\n').flatMap((line) => {
    if (line.startsWith('## ')) prefix = line === '## Containers' ? 'container.' : '';
    const cell = /^\| (`.*?`) \|/.exec(line)?.[1] ?? '';
    return [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, key]) => expand(key!).map((each) => prefix + each));
  });
}

test('every key of the schema is in a table, and nothing else is', () => {
  const known = new Set(keysOf(rootOf('spec.schema.json')));
  const told = keysOfPage();
  expect([...known].filter((key) => !told.includes(key))).toEqual([]);
  expect(told.filter((key) => !known.has(key))).toEqual([]);
  expect(told.filter((key, index) => told.indexOf(key) !== index)).toEqual([]);
});

test('the example of variables is a spec', async () => {
  const { readSpec } = await import('../../src/specification/read.ts');
  const text = /^( {4}variables:\n(?: {4}.*\n)+)/m.exec(page)![1]!.replace(/^ {4}/gm, '');
  const { services } = readSpec('my.yml', text, { set: { TAG: '1.4' } });
  expect(services[0]).toMatchObject({
    image: { tag: '1.4' },
    settings: { command: ['serve', '--port=8080'] },
  });
});
