// Packages of LinuxKit in repositories of git's own making, and their images in the real registry.
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { Context } from '../../src/lock/context.ts';
import { imageOfPackage } from '../../src/lock/linuxkit-package.ts';
import { emptyLock, type Lock } from '../../src/lock/lock-file.ts';
import { type ResolveRequest, resolveSpec } from '../../src/lock/resolve.ts';
import { pushImages } from '../../src/oci/push.ts';
import { parseRegistryReference } from '../../src/oci/reference.ts';
import { writeImage } from '../../src/oci/store.ts';
import { readSpec } from '../../src/specification/read.ts';
import { helloTree, temporaryAccess } from '../oci/support/images.ts';
import { startRealRegistry } from '../oci/support/real-registry.ts';
import { testContext } from '../support/context.ts';
import { hostArch } from '../support/tools.ts';

let directory: string;
let pkg: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-package-'));
  pkg = join(directory, 'pkg/hello');
  await git('init', '--quiet', '--initial-branch=main');
  await write('pkg/hello/Dockerfile', 'FROM scratch\n');
  await write('pkg/hello/build.yml', 'image: hello\norg: me\n');
  await write('shared/a', 'a\n');
  await write('.gitignore', '*.log\n');
  await commit();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

async function git(...args: string[]): Promise<string> {
  const identity = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', '-c', 'commit.gpgsign=false'];
  const { stdout } = await promisify(execFile)('git', ['-C', directory, ...identity, ...args]);
  return stdout.trim();
}
async function write(path: string, text: string): Promise<void> {
  await mkdir(join(directory, path, '..'), { recursive: true });
  await writeFile(join(directory, path), text);
}
async function commit(): Promise<void> {
  await git('add', '--all');
  await git('commit', '--quiet', '--message=x');
}
const signal = new AbortController().signal;
const nameOf = async (path = pkg) => {
  const { registry, repository, tag } = await imageOfPackage(path, signal);
  return `${registry ?? ''}/${repository}:${tag}`;
};

describe('the tag of a package', () => {
  it('is the hash of its directory in git', async () => {
    const hash = await git('rev-parse', 'HEAD:pkg/hello');
    expect(await nameOf()).toBe(`/me/hello:${hash}`);
    await write('shared/a', 'b\n');
    await commit();
    expect(await nameOf()).toBe(`/me/hello:${hash}`);
    await write('pkg/hello/Dockerfile', 'FROM alpine\n');
    await commit();
    expect(await nameOf()).not.toContain(hash);
  });

  it('is that of all where the package is all of the repository', async () => {
    await write('build.yml', 'image: all\n');
    await commit();
    expect(await nameOf(directory)).toBe(`/linuxkit/all:${await git('rev-parse', 'HEAD^{tree}')}`);
  });

  it('has what is built in too', async () => {
    await write('pkg/hello/build.yml', 'image: hello\norg: me\nextra-sources: ["../../shared:/shared"]\n');
    await commit();
    // What `printf HASH-OF-PKG''HASH-OF-SHARED | sha1sum` prints, as LinuxKit joins them.
    const { createHash } = await import('node:crypto');
    const both = `${await git('rev-parse', 'HEAD:pkg/hello')}${await git('rev-parse', 'HEAD:shared')}`;
    expect(await nameOf()).toBe(`/me/hello:${createHash('sha1').update(both).digest('hex')}`);
  });

  it('is as its recipe has it', async () => {
    await write(
      'pkg/hello/build.yml',
      'image: hello\norg: r.example.org/me\ntag: "v1-{{.Hash}}-{{ .Hash }}"\n',
    );
    await commit();
    const hash = await git('rev-parse', 'HEAD:pkg/hello');
    expect(await nameOf()).toBe(`r.example.org/me/hello:v1-${hash}-${hash}`);
  });
});

describe('a package of which no image can be known', () => {
  it.each([
    ['a changed file', 'pkg/hello/Dockerfile'],
    ['a new file', 'pkg/hello/new'],
  ])('has %s', async (_, path) => {
    await write(path, 'changed\n');
    await expect(nameOf()).rejects.toMatchObject({ code: 'package-dirty', fault: 'spec' });
    await expect(nameOf()).rejects.toThrow('it has changes that are not committed');
  });

  it('is not one that has ignored files, or neighbours that changed', async () => {
    await write('pkg/hello/build.log', 'x');
    await write('shared/a', 'changed');
    expect(await nameOf()).toMatch(/^\/me\/hello:[0-9a-f]{40}$/);
  });

  it('is in no repository, or in none of its commits', async () => {
    await rm(join(directory, '.git'), { recursive: true });
    await expect(nameOf()).rejects.toThrow('it is in no git repository');
    await git('init', '--quiet');
    await expect(nameOf()).rejects.toMatchObject({ fault: 'spec' });
  });

  it('has a recipe that is none, or is too large', async () => {
    await write('pkg/hello/build.yml', 'org: me\n');
    await expect(nameOf()).rejects.toThrow('it names no image');
    await write('pkg/hello/build.yml', '#'.repeat(2 ** 20 + 1));
    await expect(nameOf()).rejects.toThrow('larger than 1 MiB');
    await write('pkg/hello/build.yml', 'image: Hello\n');
    await commit();
    await expect(nameOf()).rejects.toThrow('not an image reference');
  });

  it('is on a machine without git', async () => {
    vi.stubEnv('PATH', directory);
    await expect(nameOf()).rejects.toMatchObject({
      code: 'git-failed',
      fault: 'environment',
      message: expect.stringContaining('does not work: ENOENT'),
    });
  });
});

test('nothing of the repository is run', async () => {
  const marker = join(directory, '..', `${Date.now()}-ran`);
  await git('config', 'core.fsmonitor', `touch ${marker}; false`);
  await git('config', 'diff.external', `touch ${marker}; false`);
  await write('.git/hooks/post-index-change', `#!/bin/sh\ntouch ${marker}\n`);
  await write('pkg/hello/Dockerfile', 'changed\n');
  await expect(nameOf()).rejects.toMatchObject({ code: 'package-dirty' });
  await expect(access(marker)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('in a spec it is the image of the registry; the lock has it by that, so that a new commit is a new image', async () => {
  const host = await startRealRegistry();
  const registry = await temporaryAccess();
  await write('pkg/hello/build.yml', `image: hello\norg: ${host}/team\n`);
  await commit();
  const publish = async () => {
    const image = await writeImage(registry.cache, {
      layers: [{ tree: helloTree() }],
      config: {},
      arch: 'amd64',
    });
    await pushImages([image], parseRegistryReference(await nameOf()), registry);
    return image.digest;
  };
  const registries = async () => registry.registries;
  const context: Context = { ...(await testContext()), signal, registries, home: directory };
  const lock = async (known: Lock, mode: ResolveRequest['mode']) => {
    const spec = readSpec(join(directory, 'x.yml'), 'init: ["@pkg:./pkg/hello"]\n', {
      exists: (path) => path === join(pkg, 'build.yml'),
    });
    return resolveSpec({ spec, arch: 'amd64', hostArch, lock: known, mode }, context);
  };

  await expect(lock(emptyLock, 'fill')).rejects.toMatchObject({ code: 'image-not-found' });
  const digest = await publish();
  const first = await nameOf();
  const { lock: locked, locked: whole } = await lock(emptyLock, 'fill');
  expect(locked.targets.amd64?.images).toEqual({ [first]: digest });
  expect(whole.images.get('@pkg:./pkg/hello')).toMatchObject({ kind: 'pulled', image: { digest } });
  expect((await lock(locked, 'frozen')).lock).toEqual(locked);

  await write('pkg/hello/Dockerfile', 'FROM alpine\n');
  await commit();
  await expect(lock(locked, 'frozen')).rejects.toMatchObject({ code: 'lock-stale' });
  await publish();
  const second = (await lock(locked, 'fill')).lock.targets.amd64?.images;
  expect(Object.keys(second ?? {})).toEqual([await nameOf()]);
  expect(await nameOf()).not.toBe(first);
});
