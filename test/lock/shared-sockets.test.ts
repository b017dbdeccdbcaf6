// Two components that listen on the same: an error that names both, before anything is resolved or built.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { loadSpec } from '../../src/lock/load-spec.ts';

const context = {
  componentsRoot: resolve(import.meta.dirname, '../../components'),
  home: '/nonexistent',
  signal: new AbortController().signal,
};
let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'catamaran-sockets-'));
  for (const [name, text] of Object.entries({
    one: 'sockets: [/run/docker.sock, "tcp:2376"]\nruntime: {net: host}',
    two: 'sockets: [/run/other.sock, /run/docker.sock, "tcp:2376"]\nruntime: {net: host}',
    inside: 'sockets: ["tcp:2376"]\nruntime: {net: new}',
  })) {
    await mkdir(join(cwd, name));
    await writeFile(join(cwd, name, 'component.yml'), `summary: x\nconfig: {cmd: [/x]}\n${text}\n`);
  }
});
afterAll(() => rm(cwd, { recursive: true }));

async function said(services: readonly string[], init = ''): Promise<readonly string[]> {
  const text = `${init}services:\n${services.map((each) => `  - ${each}\n`).join('')}`;
  const stdin = (async function* () {
    yield text;
  })();
  const loaded = loadSpec({ file: '-', stdin, cwd }, context);
  const thrown = await loaded.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown === undefined) return [];
  if (!(thrown instanceof CatamaranError)) throw thrown;
  return thrown.diagnostics.map(
    ({ code, message, position }) => `${position?.line}:${position?.column} ${code}: ${message}`,
  );
}

test('the same socket and the same port, each by itself', async () => {
  expect(await said(['{name: a, image: ./one}', '{name: b, image: ./two}'])).toEqual([
    '3:22 spec-shared-socket: the service b (./two) listens on /run/docker.sock, and so does the service a (./one)',
    '3:22 spec-shared-socket: the service b (./two) listens on tcp:2376, and so does the service a (./one)',
  ]);
});

test('one component twice', async () => {
  expect(await said(['{name: a, image: ./one}', '{name: b, image: ./one}'])).toHaveLength(2);
});

test('a part of init and a service', async () => {
  expect(await said(['{name: a, image: ./one}'], 'init: [./two]\n')).toEqual([
    expect.stringContaining('the service a (./one) listens on /run/docker.sock, and so does ./two'),
    expect.stringContaining('the service a (./one) listens on tcp:2376, and so does ./two'),
  ]);
});

test('a port in a network of its own is nobody else’s, and another command listens elsewhere', async () => {
  expect(await said(['{name: a, image: ./one}', '{name: b, image: ./inside}'])).toEqual([]);
  expect(
    await said(['{name: a, image: ./one}', '{name: b, image: ./two, command: [/x, --elsewhere]}']),
  ).toEqual([]);
  expect(await said(['{name: a, image: ./one}', '{name: b, image: ./two, net: new}'])).toHaveLength(1);
});

test('two engines of the components that would have one socket', async () => {
  const containerd = '{name: containerd, image: "component:containerd"}';
  expect(
    await said(
      ['{name: docker, image: "component:user-docker"}', containerd],
      'init: ["component:init-docker", "component:agent"]\n',
    ),
  ).toEqual([
    expect.stringContaining(
      'the service containerd (component:containerd) listens on /run/containerd/containerd.sock, and so does the service docker (component:user-docker)',
    ),
  ]);
  expect(
    await said(
      ['{name: docker, image: "component:user-docker"}'],
      'init: ["component:init-docker", "component:agent", "component:docker"]\n',
    ),
  ).toEqual([
    expect.stringContaining(
      'the service docker (component:user-docker) listens on /run/docker.sock, and so does component:docker',
    ),
  ]);
  expect(
    await said(
      [containerd],
      'init: ["component:init", "component:crun", "component:agent", "component:docker"]\n',
    ),
  ).toEqual([]);
});
