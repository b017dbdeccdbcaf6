import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { CatamaranError, type Diagnostic } from '../../src/base/errors.ts';
import { renderDiagnostics } from '../../src/base/render.ts';
import { listComponents, readComponent } from '../../src/component/definition.ts';
import { dataLinks } from '../../src/specification/hidden-files.ts';
import { readSpec } from '../../src/specification/read.ts';
import type { Surroundings } from '../../src/specification/reading.ts';
import { roles } from '../../src/specification/roles.ts';

const here = import.meta.dirname;
const components = Object.keys(roles);
const around: Surroundings = { components, home: '/home/ann', exists: () => false };

function diagnosticsOf(text: string, surroundings = around, file = 'spec.yml'): readonly Diagnostic[] {
  try {
    readSpec(file, text, surroundings);
  } catch (error) {
    if (error instanceof CatamaranError && error.fault === 'spec') return error.diagnostics;
    throw error;
  }
  return [];
}

describe('a bad spec gets all its errors at once, sorted, each with its place and remedy', () => {
  const directory = join(here, 'bad');
  for (const name of readdirSync(directory)
    .filter((file) => file.endsWith('.spec'))
    .sort()) {
    it(name, async () => {
      const diagnostics = diagnosticsOf(
        readFileSync(join(directory, name), 'utf8'),
        around,
        name.replace('.spec', '.yml'),
      );
      expect(diagnostics.length).toBeGreaterThan(0);
      await expect(`${renderDiagnostics(diagnostics)}\n`).toMatchFileSnapshot(
        join(directory, name.replace(/\.spec$/, '.txt')),
      );
    });
  }
});

const profiles: Readonly<Record<string, string>> = {
  'specs/web.json':
    '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}',
  'specs/web.profile': 'profile web flags=(attach_disconnected) {\n  file,\n}\n',
};

/** Without what only points back into the text. */
function plain(file: string, text: string, surroundings: Surroundings) {
  const { source, document, warnings, names, ...spec } = readSpec(file, text, surroundings);
  return { ...spec, ids: names.ids, warnings: renderDiagnostics(warnings, { severity: 'warning' }) };
}

describe('a good spec', () => {
  for (const name of ['linuxkit', 'ours']) {
    it(`${name}.yml is normalised`, async () => {
      const text = readFileSync(join(here, 'good', `${name}.spec`), 'utf8');
      const spec = plain(`specs/${name}.yml`, text, {
        home: '/home/ann',
        exists: () => true,
        read: (path) => profiles[path] ?? '',
      });
      await expect(spec).toMatchFileSnapshot(join(here, 'good', `${name}.txt`));
    });
  }

  it('is each of the examples, without a warning', async () => {
    const root = join(here, '../..');
    const known = await listComponents(join(root, 'components'));
    const examples = readdirSync(join(root, 'examples')).filter((file) => /(?<!\.lock)\.yml$/.test(file));
    expect(examples).toContain('minimal.yml');
    for (const example of examples) {
      const text = readFileSync(join(root, 'examples', example), 'utf8');
      expect(text).toMatch(/^# yaml-language-server: \$schema=/);
      expect(readSpec(example, text, { components: known, exists: () => true }).warnings).toEqual([]);
    }
  });

  it('takes an id from the name of its file where LinuxKit has none', () => {
    expect(readSpec('a/9 My_Box.yaml', '{}').os).toMatchObject({
      id: 'my-box',
      name: 'my-box',
      version: '0',
    });
    expect(readSpec('123.yml', '{}').os.id).toBe('linux');
  });

  it('may use anchors, aliases and merge keys', () => {
    const spec = readSpec(
      'spec.yml',
      'services:\n  - &a {name: a, image: component:sshd, env: &e [A=1]}\n  - {<<: *a, name: b, net: new}\n  - {name: c, image: x, env: *e}\n',
    );
    expect(spec.services.map(({ name, settings }) => [name, settings])).toEqual([
      ['a', { env: ['A=1'] }],
      ['b', { env: ['A=1'], net: 'new' }],
      ['c', { env: ['A=1'] }],
    ]);
  });

  it('is warned of what is hardly meant', () => {
    const { warnings } = readSpec('spec.yml', 'init: [sshd]\ntrust: {}\netc: !odd memory\n', around);
    expect(warnings.map(({ code, position }) => [code, position?.line])).toEqual([
      ['spec-no-kernel', 1],
      ['reference-looks-like-component', 1],
      ['spec-no-effect', 2],
      ['spec-yaml-warning', 3],
    ]);
  });

  it('keeps the place of every value', () => {
    const text =
      'services:\n  - name: sshd\n    image: component:sshd\r\nfiles: [{path: "a/b", contents: x}]\n';
    const { source } = readSpec('spec.yml', text);
    expect(source.positionOf('/services/0/image')).toEqual({
      file: 'spec.yml',
      line: 3,
      column: 12,
      length: 14,
      excerpt: '    image: component:sshd',
    });
    expect(source.keyPositionOf('/files/0/contents')).toMatchObject({ line: 4, column: 23, length: 8 });
    expect(source.positionOf('/files/0/none/at/all')).toMatchObject({ line: 4, column: 9 });
    expect(source.textOf('/files/0/path')).toBe('a/b');
  });
});

describe('bounds', () => {
  it.each([
    ['size', `# ${'x'.repeat(1 << 20)}`, 'spec-too-large'],
    ['depth', `${'['.repeat(100)}${']'.repeat(100)}`, 'spec-too-deep'],
    ['brackets without end', '['.repeat(50_000), 'spec-not-yaml'],
    [
      'a billion laughs',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index]},`.repeat(10)}]\n`)
        .join('')}`,
      'spec-too-large',
    ],
  ])('%s', (_, text, code) => {
    expect(diagnosticsOf(text)[0]?.code).toBe(code);
  });
});

test('a mapping that calls itself a text is none', () => {
  for (const key of ['etc', 'init', 'kernel']) {
    const codes = diagnosticsOf(`${key}: {toString: []}`).map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(0);
  }
});

test('whatever the text, the only error is a CatamaranError with positions inside the text', () => {
  const words = readFileSync(join(here, 'good', 'linuxkit.spec'), 'utf8').match(/\w+|[^\w\s]|\s+/g)!;
  const yamlish = fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...new Set(words)) },
        {
          weight: 3,
          arbitrary: fc.constantFrom('\n', '\n  ', '\n  - ', ': ', '- ', '{', '}', '[', ']', ', ', '"'),
        },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            '\t',
            '&a ',
            '*a',
            '<<: ',
            '!!int ',
            '? ',
            '|\n',
            '---\n',
            '~',
            '\0',
            '\ufeff',
          ),
        },
        { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 4 }) },
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(''));
  const keyed = fc
    .dictionary(
      fc.constantFrom('os', 'kernel', 'init', 'services', 'files', 'disk', 'health', '__proto__', 'toString'),
      fc.jsonValue({ maxDepth: 4 }),
    )
    .map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(fc.oneof(yamlish, keyed), (text) => {
      const lines = text.split('\n').length;
      const diagnostics = diagnosticsOf(text);
      for (const { position } of diagnostics) {
        expect(position === undefined || position.line <= lines).toBe(true);
      }
      expect(renderDiagnostics(diagnostics)).not.toMatch(/undefined|\[object/);
    }),
    { numRuns: 600 },
  );
});

test('a spec changed in one place still gives a spec or its errors', () => {
  const text = readFileSync(join(here, 'good', 'ours.spec'), 'utf8');
  fc.assert(
    fc.property(
      fc.nat(text.length - 1),
      fc.constantFrom('', ' ', '[', '}', ':', '"', '\n', '- ', '&', '0', 'x'),
      (at, change) => {
        diagnosticsOf(text.slice(0, at) + change + text.slice(at + 1));
      },
    ),
    { numRuns: 300 },
  );
});

describe('what is known of our own components is what they are', () => {
  const root = join(here, '../../components');

  it('each has its section', async () => {
    const known = (await listComponents(root)).filter((name) => !name.startsWith('tools-'));
    expect(Object.keys(roles).sort()).toEqual(known);
  });

  it('the links into the data partition are those of component:init', async () => {
    const { symlinks } = await readComponent(join(root, 'init'));
    const links = symlinks.filter(({ path, target }) => join('/', path, '..', target).startsWith('/var/'));
    const isData = ({ path }: { path: string }) => !path.startsWith('etc/');
    expect(
      Object.fromEntries(
        links.filter(isData).map(({ path, target }) => [path, join('/', path, '..', target).slice(1)]),
      ),
    ).toEqual(dataLinks);
  });
});

test('one image by itself is no system that has to boot, whatever component it is', () => {
  for (const name of Object.keys(roles))
    expect(readSpec('one.yml', `init: ["component:${name}"]`, { alone: true }).init).toHaveLength(1);
  expect(() => readSpec('one.yml', 'init: ["component:sshd"]', {})).toThrow('component:sshd is a service');
});
