// The spec's files: read into a tree, each with a digest of all that an image gets of it.
import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSpecFiles } from '../../src/lock/files.ts';
import { readSpec } from '../../src/specification/read.ts';
import { contentBytes } from '../../src/tree/content.ts';
import { listTree } from '../../src/tree/digest-tree.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-files-'));
  await writeFile(join(directory, 'motd'), 'hello\n');
  await mkdir(join(directory, 'sub'));
});
afterAll(() => rm(directory, { recursive: true }));

const read = (files: string) =>
  readSpecFiles(
    readSpec(join(directory, 'x.yml'), `os: {id: x, version: 1}\nfiles:\n${files}`, { home: directory }),
  );

test('every kind of entry, sorted by path', async () => {
  const { tree, digests } = await read(`
  - {path: /etc/z, symlink: /run/z}
  - {path: etc/motd, source: motd, mode: "0600", uid: 7, gid: 8}
  - {path: etc/a, contents: "é"}
  - {path: var/empty, directory: true, mode: "0700"}
  - {path: etc/spec, metadata: yaml}
  - {path: etc/none, source: none, optional: true}
`);
  expect(listTree(tree)).toMatchInlineSnapshot(`
    "- 0600 0:0         2 /etc/a
    - 0600 7:8         6 /etc/motd
    - 0600 0:0       329 /etc/spec
    l 0777 0:0         - /etc/z -> /run/z
    d 0700 0:0         - /var/empty
    "
  `);
  expect(Object.keys(digests)).toEqual([...tree.keys()]);
  const spec = tree.get('etc/spec');
  expect(spec?.type === 'file' && Buffer.from(await contentBytes(spec.content)).toString()).toContain(
    'id: x',
  );
});

const digestOf = async (entry: string) => Object.values((await read(`  - ${entry}\n`)).digests)[0];

test('a file of the kernel, which says that it is empty, has its content', async () => {
  const { tree } = await read('  - {path: etc/version, source: /proc/version}\n');
  const node = tree.get('etc/version');
  expect(node?.type === 'file' && Buffer.from(await contentBytes(node.content)).toString()).toMatch(
    /^Linux /,
  );
});

test('the digest is of content, kind, mode and owner, and of nothing else', async () => {
  const digest = await digestOf('{path: a, contents: "hello\\n", mode: "0644"}');
  expect(await digestOf('{path: b, contents: "hello\\n", mode: "0644"}')).toBe(digest);
  expect(await digestOf('{path: a, source: motd, mode: "0644"}')).toBe(digest);
  await chmod(join(directory, 'motd'), 0o600);
  await utimes(join(directory, 'motd'), 1, 1);
  expect(await digestOf('{path: a, source: motd, mode: "0644"}')).toBe(digest);
  const others = [
    '{path: a, contents: "hello", mode: "0644"}',
    '{path: a, contents: "hello\\n", mode: "0600"}',
    '{path: a, contents: "hello\\n", mode: "0644", uid: 1}',
    '{path: a, contents: "hello\\n", mode: "0644", gid: 1}',
    '{path: a, symlink: "hello\\n"}',
    '{path: a, directory: true}',
  ];
  const all = await Promise.all(others.map(digestOf));
  expect(new Set([digest, ...all]).size).toBe(others.length + 1);
});

test.each([
  ['{path: a, source: missing}', 'ENOENT'],
  ['{path: a, source: sub}', 'no regular file'],
])('%s: an error at its line', async (entry, why) => {
  const thrown = await read(`  - ${entry}\n`).catch((error: unknown) => error);
  expect(thrown).toMatchObject({
    fault: 'spec',
    code: 'file-source-unreadable',
    diagnostics: [{ position: { line: 3 }, hint: expect.stringContaining('optional: true') }],
  });
  expect(String(thrown)).toContain(why);
});
