import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { renderDiagnostics } from '../../src/base/render.ts';
import { listComponents, parseComponent, readComponent } from '../../src/component/definition.ts';

const repository = join(import.meta.dirname, '../..');
/** What users build with, the host's tools, the tests' tools. */
const places = ['components', 'tools', 'test/components'];

function errorsOf(text: string): string {
  try {
    parseComponent('components/x', text);
  } catch (error) {
    if (error instanceof CatamaranError) return renderDiagnostics(error.diagnostics);
    throw error;
  }
  return '';
}

describe.each(places)('each of %s', async (place) => {
  const names = await listComponents(join(repository, place));
  it('is there', () => expect(names).not.toEqual([]));
  it.each(names)('%s is read', async (name) => {
    const directory = join(repository, place, name);
    const definition = await readComponent(directory);
    expect(definition).toMatchObject({ name, directory });
    expect(definition.summary).not.toBe('');
    expect(name.startsWith('tools')).toBe(place !== 'components');
  });
});

describe('readComponent', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'catamaran-component-'));
    await mkdir(join(directory, 'b'));
    await mkdir(join(directory, 'a'));
    await mkdir(join(directory, 'none'));
    await writeFile(join(directory, 'b/component.yml'), 'summary: B\n');
    await writeFile(join(directory, 'a/component.yml'), 'summary: A\n');
    await writeFile(join(directory, 'component.yml'), 'summary: not a component of itself\n');
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('fills in defaults', async () => {
    const { source, ...definition } = await readComponent(join(directory, 'a'));
    expect(definition).toEqual({
      name: 'a',
      directory: join(directory, 'a'),
      summary: 'A',
      description: '',
      packages: [],
      without: [],
      programs: [],
      plugins: [],
      exclude: [],
      cuts: [],
      users: [],
      groups: [],
      directories: [],
      files: [],
      symlinks: [],
      generate: [],
      modules: [],
      sockets: [],
      config: { entrypoint: [], cmd: [], env: new Map(), workingDir: '/', user: '0:0' },
    });
    expect(source.positionOf('/summary')).toMatchObject({ line: 1, column: 10 });
  });

  it('says what a directory without component.yml lacks', async () => {
    await expect(readComponent(join(directory, 'none'))).rejects.toMatchObject({
      fault: 'spec',
      code: 'component-unreadable',
    });
  });

  it('lists directories with a component.yml, sorted', async () => {
    expect(await listComponents(directory)).toEqual(['a', 'b']);
  });
});

it('every key is normalised', () => {
  const definition = parseComponent(
    'components/x',
    `summary: X
packages: [openssh-server, "linux-image-cloud-{arch}"]
users: [{name: sshd, uid: 100, gid: 65534}]
groups: [{name: kvm, gid: 101}]
directories: [{path: var/lib/x/, mode: 0700}]
files: [{path: etc/x, contents: y, mode: 4755, uid: 1}, {path: etc/y, source: rootfs/y}]
symlinks: [{path: usr/bin/vi, target: busybox}]
tree: rootfs
config: {env: {Z: 1, A: true, V: 1.10}, cmd: [a]}
runtime: {capabilities: [all], binds: ["/a:/b"]}
`,
  );
  expect(definition).toMatchObject({
    users: [
      { name: 'sshd', uid: 100, gid: 65534, home: '/nonexistent', shell: '/usr/sbin/nologin', gecos: '' },
    ],
    groups: [{ name: 'kvm', gid: 101, members: [] }],
    directories: [{ path: 'var/lib/x', mode: 0o700, uid: 0, gid: 0 }],
    files: [
      { path: 'etc/x', mode: 0o4755, uid: 1, gid: 0, content: { kind: 'contents', text: 'y' } },
      { path: 'etc/y', mode: 0o644, content: { kind: 'source', path: 'components/x/rootfs/y' } },
    ],
    symlinks: [{ path: 'usr/bin/vi', target: 'busybox' }],
    tree: 'components/x/rootfs',
    runtime: { capabilities: ['all'], binds: ['/a:/b'] },
  });
  expect([...definition.config.env]).toEqual([
    ['A', 'true'],
    ['V', '1.10'],
    ['Z', '1'],
  ]);
});

it('all errors come at once, with places and remedies', () => {
  expect(
    errorsOf(`packges: [a]
packages: [Openssh]
include: [/usr/**]
users: [{name: a, uid: 1}, {name: b, uid: 1, gid: 1, shell: "a:b"}]
groups: [{name: g, gid: 1}, {name: g, gid: 2}]
files: [{path: a, contents: x, source: y}, {path: ../b, contents: x}, {path: c}]
symlinks: [{path: a, target: b}]
generate: [ldconifg]
runtime: {name: x, capabilities: [ALL], binds: [x]}
`),
  ).toMatchInlineSnapshot(`
    "components/x/component.yml:1:1: error: the document has no "summary"
     1 | packges: [a]
       | ^^^^^^^^^^^^
      hint: Add summary: and, in a line, what it is.

    components/x/component.yml:1:1: error: unknown key "packges"
     1 | packges: [a]
       | ^^^^^^^
      hint: Did you mean "packages"?

    components/x/component.yml:2:12: error: packages[0] is "Openssh": it must be the name of a Debian package: lower-case letters, digits and "+ . -"
     2 | packages: [Openssh]
       |            ^^^^^^^
      hint: For example: openssh-server

    components/x/component.yml:3:11: error: include[0] is "/usr/**": it must be a path without a leading slash
     3 | include: [/usr/**]
       |           ^^^^^^^
      hint: For example: etc/motd

    components/x/component.yml:4:9: error: users[0] has no "gid"
     4 | users: [{name: a, uid: 1}, {name: b, uid: 1, gid: 1, shell: "a:b"}]
       |         ^^^^^^^^^^^^^^^^^
      hint: Add gid: 65534

    components/x/component.yml:4:61: error: users[1].shell is "a:b": it must not contain ":" or a line break
     4 | users: [{name: a, uid: 1}, {name: b, uid: 1, gid: 1, shell: "a:b"}]
       |                                                             ^^^^^

    components/x/component.yml:5:36: error: two groups are "g", the first in line 5
     5 | groups: [{name: g, gid: 1}, {name: g, gid: 2}]
       |                                    ^
      hint: Keep one of them.

    components/x/component.yml:6:9: error: a has both contents and source
     6 | files: [{path: a, contents: x, source: y}, {path: ../b, contents: x}, {path: c}]
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      hint: Give it exactly one of contents and source.

    components/x/component.yml:6:51: error: not a path inside the image: "../b"
     6 | files: [{path: a, contents: x, source: y}, {path: ../b, contents: x}, {path: c}]
       |                                                   ^^^^
      hint: Write it from the root, without "..".

    components/x/component.yml:6:71: error: c has no content
     6 | files: [{path: a, contents: x, source: y}, {path: ../b, contents: x}, {path: c}]
       |                                                                       ^^^^^^^^^
      hint: Give it exactly one of contents and source.

    components/x/component.yml:7:19: error: two paths are "a", the first in line 6
     7 | symlinks: [{path: a, target: b}]
       |                   ^
      hint: Keep one of them.

    components/x/component.yml:8:12: error: generate[0] is "ldconifg": it must be alternatives, busybox-links, ca-certificates, kernel-modules, ldconfig, no-set-id, sysusers, tmpfiles or var
     8 | generate: [ldconifg]
       |            ^^^^^^^^
      hint: Did you mean "ldconfig"?

    components/x/component.yml:9:11: error: unknown key "name" in runtime
     9 | runtime: {name: x, capabilities: [ALL], binds: [x]}
       |           ^^^^
      hint: A component is called as its directory is. Remove it.

    components/x/component.yml:9:49: error: runtime.binds[0] is "x": it must be SOURCE:DESTINATION or SOURCE:DESTINATION:OPTIONS
     9 | runtime: {name: x, capabilities: [ALL], binds: [x]}
       |                                                 ^
      hint: For example: /var/lib/app:/data:ro"
  `);
});

it('a component without a summary is one error', () => {
  expect(errorsOf('{}')).toMatchInlineSnapshot(`
    "components/x/component.yml:1:1: error: the document has no "summary"
     1 | {}
       | ^^
      hint: Add summary: and, in a line, what it is."
  `);
  expect(errorsOf('')).toMatchInlineSnapshot(`
    "components/x/component.yml:1:1: error: the document must be a mapping of keys to values, not empty
      hint: docs/spec.md has all 21 keys of "Component document"."
  `);
});
