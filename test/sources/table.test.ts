// What holds for each source of packages, and that nobody else knows one by name.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestFromHex } from '../../src/base/digest.ts';
import { parseComponent } from '../../src/component/definition.ts';
import type { LockedPackage } from '../../src/packages/locked.ts';
import {
  completeOrigin,
  packageSources,
  sourceNamed,
  sourceOf,
  usualOrigin,
} from '../../src/sources/table.ts';
import { file } from '../../src/tree/tree.ts';

/** A package of each source. */
const examples: Readonly<Record<string, LockedPackage>> = {
  debian: {
    name: 'g++',
    version: '4:14.2.0-1',
    arch: 'amd64',
    pocket: 'main',
    path: 'pool/main/g/gcc-defaults/g++_14.2.0-1_amd64.deb',
    digest: digestFromHex('01'.repeat(32)),
    size: 1,
  },
};

describe.each(Object.entries(packageSources))('%s', (name, source) => {
  test('owns its packages, and describes them', () => {
    const example = examples[name]!;
    expect(sourceOf(example)).toBe(source);
    expect(source.purl(example)).toMatch(/^pkg:[a-z]+\/[^?#]+@[^?#@]+/);
    expect(source.supplier).toMatch(/^(Organization|Person): ./);
  });

  test('finds what a package says of its licences, if it says anything', async () => {
    const text =
      'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nLicense: GPL-3+\n';
    const tree = new Map([['usr/share/doc/g++/copyright', file(text)]]);
    expect(await source.licences(examples[name]!, tree)).toBe('GPL-3.0-or-later');
    expect(await source.licences(examples[name]!, new Map())).toBeUndefined();
  });

  test('is taken by the schema with each of its releases and components', async () => {
    const schema = JSON.parse(await readFile('schemas/component.schema.json', 'utf8')).properties.from;
    expect(schema.properties[name].enum).toEqual(source.releases);
    expect(schema.properties.components.items.enum).toEqual(source.components);
    for (const release of source.releases) {
      const read = (from: string) => parseComponent('x', `summary: X\nfrom: ${from}\n`).from;
      expect(read(`${name}/${release}`)).toEqual({ source: name, release });
      const components = [...source.components];
      expect(read(`{${name}: ${release}, components: [${components}]}`)).toEqual({
        source: name,
        release,
        components,
      });
    }
  });
});

test('the usual origin is what the schema says', async () => {
  const schema = JSON.parse(await readFile('schemas/component.schema.json', 'utf8')).properties.from;
  expect(`${usualOrigin.source}/${usualOrigin.release}`).toBe(schema.default);
});

test('equal origins are told to be equal, whatever their order', () => {
  const { source, release } = usualOrigin;
  expect(completeOrigin({ source, release })).toEqual(usualOrigin);
  const components = ['non-free-firmware', 'main', 'main'];
  expect(completeOrigin({ source, release, components }).components).toEqual(['main', 'non-free-firmware']);
});

test('what no source has is refused', () => {
  expect(() => sourceNamed('constructor')).toThrow('no source');
  expect(() => sourceOf({ ...examples.debian!, path: 'x.apk' })).toThrow('x.apk');
});

test('no other room imports a source’s room, or names a release', async () => {
  const names = Object.entries(packageSources).flatMap(([name, { releases }]) => [
    `/${name}/`,
    ...releases.map((release) => `'${release}`),
  ]);
  const files = (await readdir('src', { recursive: true })).filter((file) => file.endsWith('.ts'));
  const found: string[] = [];
  for (const file of files.sort()) {
    const own = [...Object.keys(packageSources), 'sources'].some((room) => file.startsWith(`${room}/`));
    if (own || file.endsWith('.generated.ts')) continue;
    for (const line of (await readFile(join('src', file), 'utf8')).split('\n'))
      if (names.some((name) => line.includes(name))) found.push(`${file}: ${line.trim()}`);
  }
  expect(found).toEqual([]);
});
