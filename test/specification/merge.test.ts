// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of specs
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { renderDiagnostics } from '../../src/base/render.ts';
import { readSpec, readSpecs } from '../../src/specification/read.ts';
import type { Surroundings } from '../../src/specification/reading.ts';

const fixture = (name: string) => ({
  file: `etc/${name}.yml`,
  text: readFileSync(join(import.meta.dirname, 'merged', `${name}.spec`), 'utf8'),
});

/** A host with these files and no others. */
function host(
  files: Readonly<Record<string, string>>,
  set: Readonly<Record<string, string>> = {},
): Surroundings {
  return {
    set,
    exists: (path) => Object.hasOwn(files, path),
    read: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: ${path}`);
      return text;
    },
  };
}

function messagesOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof CatamaranError) return renderDiagnostics(error.diagnostics);
    throw error;
  }
  return '';
}

describe('several specs are one, as LinuxKit appends them', () => {
  const spec = readSpecs([fixture('base'), fixture('more')]);

  it('keys of the kernel are overruled one by one, an empty text by nothing', () => {
    expect(spec.kernel).toMatchObject({ cmdline: 'console=ttyS0', binary: 'bzImage' });
    expect(spec.kernel?.image).toMatchObject({ repository: 'linuxkit/kernel', tag: '6.6.71' });
    expect(spec.kernel?.tar).toBeUndefined();
  });

  it('lists are joined, mappings merged, the first file names the whole', () => {
    expect(spec.init.map(({ pointer }) => pointer)).toEqual(['/init/0', '/init/1']);
    expect(spec.services.map(({ name }) => name)).toEqual(['db', 'web']);
    expect(spec.disk).toMatchObject({ slot: 2 ** 30, data: 4 * 2 ** 30 });
    expect(spec.health).toMatchObject({ deadline: 300_000, checks: [{}, {}] });
    expect(spec.os.id).toBe('base');
    expect(spec.file).toBe('etc/base.yml');
  });

  it('a later one lets in more', () => {
    const allowing = (file: string, port: string) => ({ file, text: `firewall: {allow: [${port}]}` });
    const { files } = readSpecs([allowing('a.yml', '22/tcp'), allowing('b.yml', '443/tcp')], { alone: true });
    expect(files.map(({ content }) => content.kind === 'contents' && content.text)).toEqual([
      expect.stringMatching(/tcp dport 22 accept\n {4}tcp dport 443 accept\n/),
    ]);
  });

  it('names of an earlier file are known: a user, a dependency, a volume (which LinuxKit loses)', () => {
    expect(spec.services[1]).toMatchObject({ settings: { uid: 101 }, supervision: { dependsOn: ['db'] } });
    expect(spec.onboot[0]?.settings.binds).toEqual(['/containers/volumes/data/merged:/data:ro']);
  });

  it('a path of a later file takes the place of the earlier one, with a warning at its place', () => {
    expect(spec.files.map(({ path, content }) => [path, content])).toEqual([
      ['etc/issue', { kind: 'source', path: 'etc/issue.txt', optional: false }],
      ['etc/motd', { kind: 'contents', text: 'more' }],
    ]);
    expect(renderDiagnostics(spec.warnings, { severity: 'warning' })).toMatchInlineSnapshot(`
      "etc/base.yml:11:1: warning: trust has no effect
       11 | trust: { org: [a] }
          | ^^^^^
        hint: The lock file holds every image to its digest. Remove it.

      etc/more.yml:6:11: warning: etc/motd takes the place of the one in etc/base.yml:6
       6 | files: [{ path: etc/motd, contents: more }]
         |           ^^^^
        hint: Where this is meant, nothing need be done."
    `);
  });

  it('every value keeps its place', () => {
    const places = ['/kernel/cmdline', '/kernel/binary', '/services/0/name', '/services/1/name', '/init/1'];
    expect(
      places.map((pointer) => spec.source.positionOf(pointer)).map(({ file, line }) => `${file}:${line}`),
    ).toEqual(['etc/more.yml:1', 'etc/base.yml:1', 'etc/base.yml:4', 'etc/more.yml:5', 'etc/more.yml:2']);
    expect(spec.source.keyPositionOf('/disk/slot')).toMatchObject({
      file: 'etc/base.yml',
      line: 10,
      column: 9,
    });
    expect(spec.source.textOf('/disk/data')).toBe('4G');
  });

  it('errors name the right file, names are checked again, and kinds must agree', () => {
    const messages = messagesOf(() =>
      readSpecs(
        [
          { file: 'a.yml', text: 'services:\n  - {name: x, image: b}\nvolumes: [{name: v}]\nfiles: {}\n' },
          {
            file: 'd/b.yml',
            text: 'services:\n  - {name: y, imag: b}\n  - {name: x, image: ./c}\nvolumes: [{name: v}]\n',
          },
          { file: '-', text: 'files: [{path: a/b, source: c}]\n' },
        ],
        host({}),
      ),
    );
    expect(messages).toMatchInlineSnapshot(`
      "-:1:8: error: files is a list here and a mapping in an earlier file
       1 | files: [{path: a/b, source: c}]
         |        ^^^^^^^^^^^^^^^^^^^^^^^^
        hint: Write it the same way in both.

      -:1:29: error: there is no c
       1 | files: [{path: a/b, source: c}]
         |                             ^
        hint: Sources are relative to the spec. Where it may be absent, add optional: true.

      d/b.yml:2:5: error: services[1] has no "image"
       2 |   - {name: y, imag: b}
         |     ^^^^^^^^^^^^^^^^^^
        hint: Add image: component:NAME, ./DIRECTORY with a component.yml, or REGISTRY/NAME:TAG.

      d/b.yml:2:15: error: unknown key "imag" in services[1]
       2 |   - {name: y, imag: b}
         |               ^^^^
        hint: Did you mean "image"?

      d/b.yml:3:12: error: two services are named "x", the first in a.yml:2
       3 |   - {name: x, image: ./c}
         |            ^
        hint: Give one of them another name.

      d/b.yml:3:22: error: there is no d/c/component.yml
       3 |   - {name: x, image: ./c}
         |                      ^^^
        hint: Paths are relative to the spec. Write component:NAME for a component of Catamaran."
    `);
  });

  it('what is not YAML is told for each file', () => {
    const messages = messagesOf(() =>
      readSpecs([
        { file: 'a.yml', text: 'a: [' },
        { file: 'b.yml', text: 'b: "' },
      ]),
    );
    expect(messages).toMatch(/^a\.yml:1:4: .*\n[\s\S]*\nb\.yml:1:4: /);
  });

  it('the merged document is what metadata gets', () => {
    expect(spec.document.kernel).toEqual({
      image: 'linuxkit/kernel:6.6.71',
      cmdline: 'console=ttyS0',
      binary: 'bzImage',
      tar: 'none',
    });
    expect(spec.document.services).toHaveLength(2);
  });
});

describe('include', () => {
  it('comes before the file that includes, relative to it, each file once', () => {
    const files = {
      'os/parts/a.yml': 'include: [../common.yml]\ninit: [a]\ndisk: {slot: 1G}\n',
      'os/common.yml': 'init: [common]\nfiles: [{path: x, source: x.txt}]\ndisk: {slot: 3G, data: 3G}\n',
    };
    const text = 'include: [parts/a.yml, common.yml]\ninit: [main]\n';
    const spec = readSpec('os/main.yml', text, { ...host(files), exists: () => true });
    expect(spec.init.map(({ image }) => 'repository' in image && image.repository)).toEqual([
      'common',
      'a',
      'main',
    ]);
    expect(spec.files[0]?.content).toMatchObject({ path: 'os/x.txt' });
    expect(spec.disk).toMatchObject({ slot: 2 ** 30, data: 3 * 2 ** 30 });
    expect(spec.os.id).toBe('main');
    expect(spec.document).not.toHaveProperty('include');
    expect(spec.source.positionOf('')).toMatchObject({ file: 'os/main.yml', line: 1 });
  });

  it('refuses a cycle with its chain, a file that is not there, and more than a hundred', () => {
    const cycle = { 'b.yml': 'include: [./c.yml]', 'c.yml': 'include: [a.yml]' };
    const includes = (text: string, files = {}) => messagesOf(() => readSpec('a.yml', text, host(files)));
    expect(includes('include: [b.yml]', cycle)).toMatchInlineSnapshot(`
      "c.yml:1:11: error: the files include each other: a.yml → b.yml → c.yml → a.yml
       1 | include: [a.yml]
         |           ^^^^^
        hint: Remove one of these includes."
    `);
    expect(includes('include: [a.yml]')).toContain('a.yml → a.yml');
    const dotted = () => readSpec('./a.yml', 'include: [a.yml]', host({}));
    expect(messagesOf(dotted)).toContain('the files include each other: ./a.yml → a.yml');
    expect(includes('include: [none.yml]')).toMatchInlineSnapshot(`
      "a.yml:1:11: error: none.yml cannot be included: ENOENT: none.yml
       1 | include: [none.yml]
         |           ^^^^^^^^
        hint: Paths are relative to the file that includes."
    `);
    expect(includes('include: b.yml')).toContain('include must be a list');
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`${index}.yml`, '{}']));
    expect(includes(`include: [${Object.keys(many).join(', ')}]`, many)).toContain('more than 100 files');
  });

  it('an error in an included file is told there', () => {
    const messages = messagesOf(() =>
      readSpec('a.yml', 'include: [b.yml]\n', host({ 'b.yml': '\nservcies: []\n' })),
    );
    expect(messages).toMatch(/^b\.yml:2:1: error: unknown key "servcies"/);
  });
});

const declared = `variables:
  PORT: {type: integer, default: 8080, description: Where it listens.}
  DEBUG: {type: boolean, default: false}
  TAG: {default: "1.10"}
  SLOT: {default: 1.5G}
`;

describe('variables', () => {
  const text = `${declared}os: {id: box, version: "\${TAG}"}
disk: {slot: "\${SLOT}"}
services:
  - name: web
    image: registry.example.org/web:\${TAG}
    command: [serve, "--port=\${PORT}", "\${PORT}", "\${HOME}", "$\${PORT}", "$\${HOME}"]
    readonly: \${DEBUG}
    oomScoreAdj: \${PORT}
files: [{path: "etc/\${TAG}", contents: "\${PROT} $PORT \${}"}]
`;

  it('stand for their values, typed where they are the whole text', () => {
    const { os, disk, services, files, document, warnings } = readSpec(
      'a.yml',
      text,
      host({}, { PORT: '80' }),
    );
    expect(os.version).toBe('1.10');
    expect(disk.slot).toBe(1.5 * 2 ** 30);
    expect(services[0]).toMatchObject({
      image: { tag: '1.10' },
      settings: {
        command: ['serve', '--port=80', '80', `\${HOME}`, `\${PORT}`, `$\${HOME}`],
        readonly: false,
        oomScoreAdj: 80,
      },
    });
    expect(files[0]).toMatchObject({ path: 'etc/1.10', content: { text: '${PROT} $PORT ${}' } });
    expect(document).not.toHaveProperty('variables');
    expect(warnings.map(({ code, hint }) => [code, hint])).toContainEqual([
      'spec-unknown-variable',
      'Did you mean "${PORT}"?',
    ]);
  });

  it('that are set wrongly are told at their declaration, values at their place', () => {
    const attempt = (set: Record<string, string>, more = '') =>
      messagesOf(() => readSpec('a.yml', text + more, host({}, set)));
    expect(attempt({ PORT: 'http', DEBUG: 'yes' })).toMatchInlineSnapshot(`
      "a.yml:2:3: error: PORT is set to "http", which is not of type integer
       2 |   PORT: {type: integer, default: 8080, description: Where it listens.}
         |   ^^^^
        hint: Write a whole number.

      a.yml:3:3: error: DEBUG is set to "yes", which is not of type boolean
       3 |   DEBUG: {type: boolean, default: false}
         |   ^^^^^
        hint: Write true or false."
    `);
    expect(attempt({ PORT: '5000', SLOT: 'huge' })).toMatchInlineSnapshot(`
      "a.yml:7:14: error: disk.slot is "huge": it must be a size: a number with a unit
       7 | disk: {slot: "\${SLOT}"}
         |              ^^^^^^^^^
        hint: For example: 512M or 2G"
    `);
    expect(attempt({ PROT: '1', NONE: '2' })).toMatchInlineSnapshot(`
      "error: the spec declares no variable "NONE"
        hint: It declares DEBUG, PORT, SLOT, TAG.

      error: the spec declares no variable "PROT"
        hint: Did you mean "PORT"?"
    `);
    expect(messagesOf(() => readSpec('a.yml', 'init: []', host({}, { A: '1' })))).toContain('none at all');
  });

  it('must have a value and a name, and a default of their type', () => {
    const messages = messagesOf(() =>
      readSpec(
        'a.yml',
        'variables:\n  A: {}\n  1B: {default: x}\n  C: {type: integer, default: x}\n  D: 5\nfoo: ${A}\n',
      ),
    );
    expect(messages).toMatchInlineSnapshot(`
      "a.yml:2:3: error: the variable A has no value
       2 |   A: {}
         |   ^
        hint: Write --set A=VALUE, or give it a default.

      a.yml:3:3: error: "1B" cannot name a variable
       3 |   1B: {default: x}
         |   ^^
        hint: Write letters, digits and "_", beginning with no digit.

      a.yml:4:31: error: the default of C is not of type integer
       4 |   C: {type: integer, default: x}
         |                               ^
        hint: Change the one or the other.

      a.yml:5:6: error: variables.D must be a mapping of keys to values, not 5
       5 |   D: 5
         |      ^
        hint: Its keys: type, default and description.

      a.yml:6:1: error: unknown key "foo"
       6 | foo: \${A}
         | ^^^
        hint: Known here: os, include, variables, kernel, init, onboot, services, onshutdown, files, volumes, trust, etc, disk, keep, outputs, update, network, firewall, health and platforms."
    `);
  });

  it('never change the structure: a value is a text, whatever is in it', () => {
    const value = 'x, y]\n - {z: "${PORT}"}';
    const spec = readSpec('a.yml', text, host({}, { TAG: '1', PORT: '1' }));
    const other = readSpec(
      'a.yml',
      `${declared}services: [{name: a, image: b, command: ["\${TAG}"]}]\n`,
      host({}, { TAG: value }),
    );
    expect(other.services[0]?.settings.command).toEqual([value]);
    expect(spec.services).toHaveLength(1);
  });

  it('of one file are known in the others', () => {
    const spec = readSpecs([
      { file: 'a.yml', text: 'init: ["x:${TAG}"]\n' },
      { file: 'b.yml', text: `${declared}init: ["y:\${TAG}"]\n` },
    ]);
    expect(spec.init.map(({ image }) => 'tag' in image && image.tag)).toEqual(['1.10', '1.10']);
  });
});

describe('@pkg:', () => {
  const spec = (files: Record<string, string>) =>
    readSpec('os/a.yml', 'init: ["@pkg:../pkg/init"]\n', host(files)).init[0]?.image;

  it('is a component where there is one', () => {
    expect(spec({ 'pkg/init/component.yml': '' })).toEqual({ kind: 'directory', path: 'pkg/init' });
    expect(readSpec('os/a.yml', 'init: ["@pkg:../pkg/init"]\n').init).toHaveLength(1);
  });

  it('is a package of LinuxKit where there is its recipe', () => {
    expect(spec({ 'pkg/init/build.yml': 'image: init\n' })).toEqual({ kind: 'package', path: 'pkg/init' });
  });

  it('is refused where its recipe is none, or nothing is there', () => {
    expect(messagesOf(() => spec({ 'pkg/init/build.yml': 'org: me\n' }))).toMatchInlineSnapshot(`
      "os/a.yml:1:8: error: pkg/init/build.yml is no recipe of a LinuxKit package: it names no image
       1 | init: ["@pkg:../pkg/init"]
         |        ^^^^^^^^^^^^^^^^^^
        hint: It needs at least image: NAME. See LinuxKit’s documentation of packages."
    `);
    for (const recipe of [
      '',
      '[]',
      'image: [a',
      'image: 5',
      'image: a\nimag: b',
      'image: a\nextra-sources: [a]',
    ]) {
      expect(messagesOf(() => spec({ 'pkg/init/build.yml': recipe }))).toContain(
        'is no recipe of a LinuxKit',
      );
    }
    const tag = messagesOf(() => spec({ 'pkg/init/build.yml': 'image: a\ntag: "{{.Commit}}"' }));
    expect(tag).toContain('only {{.Hash}} is known in it');
    expect(messagesOf(() => spec({}))).toContain('there is no pkg/init/component.yml, nor a build.yml');
    expect(messagesOf(() => readSpec('a.yml', 'init: ["@pkg:"]'))).toContain('After "@pkg:" comes');
  });
});

describe('whatever two specs say, together they are a spec, or errors inside them', () => {
  const keys = [
    'kernel',
    'init',
    'services',
    'files',
    'health',
    'disk',
    'include',
    'variables',
    'trust',
    '__proto__',
  ];
  const document = fc
    .dictionary(
      fc.constantFrom(...keys),
      fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant(['${A}', '$${A}'])),
    )
    .map((value) => JSON.stringify(value, undefined, 1));

  it('holds', () => {
    fc.assert(
      fc.property(document, document, fc.dictionary(fc.constantFrom('A', 'B'), fc.string()), (a, b, set) => {
        const texts = { 'a.yml': a, 'b.yml': b } as Record<string, string>;
        try {
          readSpecs(
            [
              { file: 'a.yml', text: a },
              { file: 'b.yml', text: b },
            ],
            host(texts, set),
          );
        } catch (error) {
          if (!(error instanceof CatamaranError)) throw error;
          for (const { position } of error.diagnostics) {
            if (!position) continue;
            const line = texts[position.file]?.split('\n')[position.line - 1];
            expect(line).toBe(position.excerpt);
          }
        }
        expect(Object.prototype).not.toHaveProperty('0');
      }),
      { numRuns: 300 },
    );
  });

  it('merging changes nothing of what one file says alone', () => {
    const { text } = fixture('base');
    const alone = readSpec('a.yml', text);
    const beside = readSpecs([
      { file: 'a.yml', text },
      { file: 'b.yml', text: '{}' },
    ]);
    expect({ ...beside, source: 0, lastFile: 'a.yml' }).toEqual({ ...alone, source: 0 });
  });
});
