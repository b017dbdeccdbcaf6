// What bad input and bad surroundings get from a build: an exit code by whose fault it is, words that name what is wrong
// and what to do, no stack trace, and no output.
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LockedPackage } from '../../src/packages/locked.ts';
import {
  cacheWithPackages,
  type Ending,
  type Installation,
  installCommand,
  lockOf,
  packageCache,
  packagesOfLock,
  type RunOptions,
  run,
  sha256Of,
  specRoom,
  succeed,
  tasksDone,
  tinySpec,
} from '../support/build.ts';

const nobody = 65534;
const isRoot = process.getuid?.() === 0;

let installation: Installation;
/** Where tiny.yml has been built. */
let built: string;
let lock: string;
let packages: LockedPackage[];
/** The cache of that build. */
let warm: string;
beforeAll(async () => {
  installation = await installCommand();
  built = await specRoom(installation, 'built');
  await succeed(installation, ['lock', 'tiny.yml'], { cwd: built });
  lock = await readFile(join(built, 'tiny.lock.yml'), 'utf8');
  const parsed = await lockOf(join(built, 'tiny.lock.yml'));
  packages = packagesOfLock(parsed);
  warm = await packageCache(join(built, 'cache'), parsed);
  await succeed(installation, ['build', 'tiny.yml'], { cwd: built, cache: warm });
});
afterAll(() => installation?.dispose());

let rooms = 0;
async function room(spec = tinySpec, files: Record<string, string> = { 'tiny.lock.yml': lock }) {
  rooms += 1;
  const cwd = await specRoom(installation, `room ${rooms}`, spec);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(cwd, name, '..'), { recursive: true });
    await writeFile(join(cwd, name), text);
  }
  return cwd;
}

/** Runs it, and checks what must be true of every failure. */
async function fail(argv: readonly string[], code: number, options: RunOptions): Promise<string> {
  const ending = await run(installation, argv, options);
  expect({ code: ending.code, stdout: ending.stdout }, ending.stderr).toEqual({ code, stdout: '' });
  expect(ending.stderr).not.toMatch(/^ {4}at |a bug in Catamaran|undefined|\[object/m);
  expect(ending.stderr).toContain('error: ');
  expect(ending.stderr).toContain('hint: ');
  expect(await outputsIn(options.cwd)).toEqual([]);
  return ending.stderr;
}

async function outputsIn(directory: string): Promise<string[]> {
  const all = await readdir(directory, { recursive: true });
  return all.filter((name) => /\.(qcow2|raw|part)$/.test(name));
}

const changed = (from: string, to: string) => {
  expect(tinySpec).toContain(from);
  return tinySpec.replace(from, to);
};
const mine = (name: string, text: string) => ({ [`${name}/component.yml`]: `summary: Mine.\n${text}` });

describe('the spec', () => {
  test.each<[string, string, Record<string, string>, string[]]>([
    [
      'unknown component',
      changed('component:crun', 'component:crunn'),
      {},
      ['tiny.yml:3:', 'Did you mean "crun"?'],
    ],
    ['no such directory', changed('component:crun', './none'), {}, ['tiny.yml:3:', 'none/component.yml']],
    ['no kernel', changed('kernel: {image: component:kernel}\n', ''), {}, ['names no kernel']],
    ['a kernel without one', changed('component:kernel', 'component:getty'), {}, ['no', 'kernel']],
    [
      'quotes for GRUB',
      changed('image: component:kernel', 'image: component:kernel, cmdline: "a=\'b\'"'),
      {},
      ['"\'"'],
    ],
    [
      'unknown package',
      changed('component:crun', './mine'),
      mine('mine', 'packages: [busibox]\n'),
      ['./mine → busibox'],
    ],
    [
      'a mistake in a component',
      changed('component:crun', './mine'),
      mine('mine', 'pakages: [busybox]\n'),
      ['mine/component.yml:2:1', 'Did you mean "packages"?'],
    ],
    [
      'two components for one path',
      changed('component:crun', 'component:crun, ./one, ./two'),
      {
        ...mine('one', 'files: [{path: etc/x, contents: "1"}]\n'),
        ...mine('two', 'files: [{path: etc/x, contents: "2"}]\n'),
      },
      ['/etc/x is a file in component ./one and another one in component ./two'],
    ],
    [
      'a file over a directory',
      changed('path: etc/motd', 'path: etc/runit'),
      {},
      ['/etc/runit is a directory', 'the files of the spec'],
    ],
    [
      'a generator without what it needs',
      changed('component:crun', './mine'),
      mine('mine', 'generate: [busybox-links]\n'),
      ['busybox-links', 'usr/bin/busybox'],
    ],
    [
      'a component’s missing file',
      changed('component:crun', './mine'),
      mine('mine', 'files: [{path: etc/x, source: none}]\n'),
      ['mine/none', 'ENOENT'],
    ],
    ['a data partition without room for a journal', changed('data: 64M', 'data: 8M'), {}, ['64M']],
  ])('%s', async (_what, spec, files, words) => {
    const cwd = await room(spec, { 'tiny.lock.yml': lock, ...files });
    const stderr = await fail(['build', 'tiny.yml', '--out', 'out'], 3, { cwd, cache: warm });
    for (const word of words) expect(stderr).toContain(word);
  });

  test('a slot too small: says how much is needed, and that is enough', async () => {
    const cwd = await room(changed('slot: 64M', 'slot: 8M'));
    const stderr = await fail(['build', 'tiny.yml', '--out', 'out'], 3, { cwd, cache: warm });
    const needed = /Set disk\.slot to (\d+M)/.exec(stderr)?.[1];
    expect(needed, stderr).toBeDefined();
    await writeFile(join(cwd, 'tiny.yml'), changed('slot: 64M', `slot: ${needed}`));
    await succeed(installation, ['build', 'tiny.yml', '--out', 'out'], { cwd, cache: warm });
  });

  test.each([
    ['a spec that is not there', 'none.yml'],
    ['a directory', '.'],
  ])('%s', async (_what, name) => {
    const stderr = await fail(['build', name], 2, { cwd: await room() });
    expect(stderr).toContain(name);
  });
});

describe('the lock', () => {
  test('--locked without one', async () => {
    const stderr = await fail(['build', 'tiny.yml', '--locked'], 3, { cwd: await room(tinySpec, {}) });
    expect(stderr).toContain('component:kernel is not in the lock file');
    expect(stderr).toContain('catamaran lock');
  });

  test('one that is torn', async () => {
    const torn = lock.slice(0, lock.length >> 1);
    const stderr = await fail(['build', 'tiny.yml'], 3, {
      cwd: await room(tinySpec, { 'tiny.lock.yml': torn }),
    });
    expect(stderr).toContain('tiny.lock.yml');
  });

  test('one whose package is another by now: refused before anything of it is read', async () => {
    const digest = /(busybox \S+ \S+ \S+ \d+ sha256:)\w{64}/;
    const wrong = lock.replace(digest, `$1${'0'.repeat(64)}`);
    expect(wrong).not.toBe(lock);
    const stderr = await fail(['build', 'tiny.yml'], 5, {
      cwd: await room(tinySpec, { 'tiny.lock.yml': wrong }),
    });
    expect(stderr).toContain('the package busybox');
  });
});

describe('the network', () => {
  test('--offline with an empty cache says what is missing', async () => {
    const cwd = await room();
    const options = { cwd, cache: join(cwd, 'cache') };
    expect(await fail(['build', 'tiny.yml', '--offline'], 4, options)).toMatch(/the package \S+ .*offline/s);
  });

  test('--offline without a lock cannot resolve', async () => {
    const cwd = await room(tinySpec, {});
    const options = { cwd, cache: join(cwd, 'cache') };
    expect(await fail(['build', 'tiny.yml', '--offline'], 4, options)).toContain('offline');
  });

  test('--offline with a warm cache is no matter', async () => {
    const cwd = await room();
    await succeed(installation, ['build', 'tiny.yml', '--offline', '--locked'], { cwd, cache: warm });
    expect(await sha256Of(join(cwd, 'tiny.qcow2'))).toBe(await sha256Of(join(built, 'tiny.qcow2')));
  });

  test('a mirror that is not there', async () => {
    const cwd = await room(tinySpec, {});
    const argv = ['build', 'tiny.yml', '--mirror', 'http://127.0.0.1:1/debian'];
    const stderr = await fail(argv, 4, { cwd, cache: join(cwd, 'cache') });
    expect(stderr).toContain('127.0.0.1:1');
  });
});

describe('the disk', () => {
  test('the output’s directory is a file', async () => {
    const cwd = await room(tinySpec, { 'tiny.lock.yml': lock, taken: '' });
    expect(await fail(['build', 'tiny.yml', '--out', 'taken'], 6, { cwd })).toContain('taken');
  });

  test('the output’s directory may not be written', async () => {
    const cwd = await room();
    await mkdir(join(cwd, 'out'), { mode: 0o555 });
    const options = isRoot ? { user: nobody, cache: join(cwd, 'cache') } : {};
    if (isRoot) await cacheFor(cwd);
    const stderr = await fail(['build', 'tiny.yml', '--out', 'out', '--locked'], 6, { cwd, ...options });
    expect(stderr).toMatch(/out\/?.*(permission|EACCES)|(permission|EACCES).*out/s);
  });

  /** Someone else's cache: with nothing in it, which is enough to fail before anything is fetched. */
  async function cacheFor(cwd: string): Promise<void> {
    await mkdir(join(cwd, 'cache'));
    await chown(join(cwd, 'cache'), nobody, nobody);
  }

  test('the cache may not be written', async () => {
    const cwd = await room();
    await mkdir(join(cwd, 'cache'));
    await chmod(join(cwd, 'cache'), 0o555);
    const options = { cwd, cache: join(cwd, 'cache'), ...(isRoot ? { user: nobody } : {}) };
    const stderr = await fail(['build', 'tiny.yml', '--locked'], 6, options);
    expect(stderr).toContain(join(cwd, 'cache'));
    expect(stderr).toContain('CATAMARAN_CACHE');
  });

  test('no room for the output', async () => {
    const cwd = await room();
    // In blocks of 512 or of 1024 bytes, as the shell likes: less than the image in any case.
    const stderr = await fail(['build', 'tiny.yml', '--out', 'out'], 6, {
      cwd,
      cache: warm,
      prelude: 'ulimit -f 20000',
    });
    expect(stderr).toContain('out/tiny.qcow2');
    expect(stderr).toContain('--out');
    expect(await readdir(join(cwd, 'out'))).toEqual([]);
  });

  test('no room for the cache: whatever is being made, nothing of it is believed later', async () => {
    const cwd = await room();
    const cache = await cacheWithPackages(join(cwd, 'cache'), packages);
    const argv = ['build', 'tiny.yml', '--out', 'out', '--offline'];
    for (const blocks of [100, 20000]) {
      const stderr = await fail(argv, 6, { cwd, cache, prelude: `ulimit -f ${blocks}` });
      expect(stderr).toMatch(/no space left|EFBIG|File too large|SIGXFSZ/);
    }
    await succeed(installation, argv, { cwd, cache });
    expect(await sha256Of(join(cwd, 'out/tiny.qcow2'))).toBe(await sha256Of(join(built, 'tiny.qcow2')));
  });

  test('a small file system that is really full, where one may be mounted', async () => {
    const cwd = await room();
    const cache = join(cwd, 'cache');
    await mkdir(cache);
    const mount = promisify(execFile);
    const mounted = await mount('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'none', cache]).then(
      () => true,
      () => false,
    );
    // Without the right to mount, a directory that is full at once stands for it.
    const options = mounted ? { cwd, cache } : { cwd, cache, prelude: 'ulimit -f 0' };
    try {
      if (mounted) await cacheWithPackages(cache, packages);
      const stderr = await fail(['build', 'tiny.yml', '--offline'], 6, options);
      expect(stderr).toMatch(mounted ? /no space left|No space left|ENOSPC/ : /no space left/);
    } finally {
      if (mounted) await mount('umount', [cache]);
    }
  });
});

describe('nothing to do', () => {
  const identityOf = async (path: string) => {
    const { ino, mtimeNs, ctimeNs, size } = await stat(path, { bigint: true });
    return { ino, mtimeNs, ctimeNs, size };
  };
  const build = (): Promise<Ending> =>
    succeed(installation, ['build', 'tiny.yml', '--offline', '--json'], { cwd: built, cache: warm });

  test('an output that is as it should be is not touched', async () => {
    const before = await identityOf(join(built, 'tiny.qcow2'));
    const lockBefore = await identityOf(join(built, 'tiny.lock.yml'));
    const { stdout } = await build();
    expect(tasksDone(stdout)).toEqual([]);
    expect(stdout).toContain('"cached":true');
    expect(await identityOf(join(built, 'tiny.qcow2'))).toEqual(before);
    expect(await identityOf(join(built, 'tiny.lock.yml'))).toEqual(lockBefore);
  });

  test.each([
    ['changed', (path: string) => writeFile(path, 'no disk')],
    ['removed', (path: string) => rm(path)],
  ])('an output that somebody has %s is written again, and nothing else is made', async (_what, spoil) => {
    const wanted = await sha256Of(join(built, 'tiny.qcow2'));
    await spoil(join(built, 'tiny.qcow2'));
    const { stdout } = await build();
    expect(tasksDone(stdout)).toEqual(['qcow2']);
    expect(await sha256Of(join(built, 'tiny.qcow2'))).toBe(wanted);
  });

  test('one file of the spec is changed: the base and the output, and back again from the cache', async () => {
    const wanted = await sha256Of(join(built, 'tiny.qcow2'));
    await writeFile(join(built, 'tiny.yml'), changed('hello', basename(installation.root)));
    const { stdout } = await build();
    expect(tasksDone(stdout)).toEqual(['base', 'qcow2']);
    expect(await sha256Of(join(built, 'tiny.qcow2'))).not.toBe(wanted);
    await writeFile(join(built, 'tiny.yml'), tinySpec);
    expect(tasksDone((await build()).stdout)).toEqual(['qcow2']);
    expect(await sha256Of(join(built, 'tiny.qcow2'))).toBe(wanted);
  });
});
