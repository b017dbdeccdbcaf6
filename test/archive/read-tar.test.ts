// Archives of other programs, and archives that mean harm: each known attack is one test.
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readLayerFile, readTar, readTarFile, type TarLimits } from '../../src/archive/read-tar.ts';
import type { CatamaranError } from '../../src/base/errors.ts';
import { contentBytes } from '../../src/tree/content.ts';
import { listTree } from '../../src/tree/digest-tree.ts';
import type { FileNode, TreeNode } from '../../src/tree/node.ts';
import { file, symlink } from '../../src/tree/tree.ts';
import { fileOf, inPieces, paxEntry, type RawEntry, rawEntry, rawTar } from '../tree/support.ts';

const read = (bytes: Buffer, limits: Partial<TarLimits> = {}) => readTar(inPieces(bytes, 700), limits);

/** Both ways of reading must refuse it, with the same code. */
async function refusal(bytes: Buffer, limits: Partial<TarLimits> = {}): Promise<string> {
  const path = await fileOf(bytes);
  const codes = await Promise.all(
    [read(bytes, limits), readTarFile(path, limits)].map((reading) =>
      reading.then(
        () => 'read',
        (thrown: CatamaranError) => `${thrown.fault} ${thrown.code}`,
      ),
    ),
  );
  expect(codes[0]).toBe(codes[1]);
  return codes[0]!;
}

async function text(bytes: Buffer, path: string): Promise<string> {
  const node = (await read(bytes)).get(path) as FileNode;
  return Buffer.from(await contentBytes(node.content)).toString();
}

describe('names', () => {
  test.each<[string, RawEntry[]]>([
    ['are the root, upwards', [{ name: '/..', type: '5' }]],
    ['are a symlink in the place of the root', [{ name: '/', type: '2', link: 'x' }]],
    ['lead upwards', [{ name: '../x' }]],
    ['lead upwards in the middle', [{ name: 'a/../../x' }]],
    ['lead upwards by pax', [paxEntry({ path: 'a/..' }), {}]],
    ['lead upwards by a GNU long name', [{ type: 'L', body: '../x\0' }, {}]],
    ['hold a NUL', [paxEntry({ path: 'innocent\0/../../x' }), {}]],
    ['are empty', [{ name: '' }]],
    ['have more parts than a path may', [paxEntry({ path: `${'a/'.repeat(256)}a` }), {}]],
    ['are longer than a path may be', [paxEntry({ path: 'a/'.repeat(2049) }), {}]],
    ['have a part longer than a name may be', [paxEntry({ path: 'a'.repeat(256) }), {}]],
    ['make a file of the root', [{ name: './', type: '2', link: 'x' }]],
    ['make a symlink to nothing', [{ type: '2' }]],
    ['make a symlink with a NUL', [paxEntry({ linkpath: 'a\0b' }), { type: '2' }]],
    ['make a hard link to outside', [{ type: '1', link: '../../etc/shadow' }]],
    ['make a hard link upwards from the root', [{ type: '1', link: '/../etc/shadow' }]],
    ['make a hard link to no name', [{ type: '1' }]],
  ])('that %s are refused', async (_, entries) => {
    expect(await refusal(rawTar(...entries))).toBe('integrity tar-name');
  });

  test('may begin with ./ and end with a slash', async () => {
    const tree = await read(
      rawTar({ name: './', type: '5' }, { name: './a/', type: '5' }, { name: './a//b/./c' }),
    );
    expect([...tree.keys()]).toEqual(['', 'a', 'a/b/c']);
  });

  test.each([
    ['/etc/passwd', 'etc/passwd'],
    ['//etc///passwd', 'etc/passwd'],
    ['.//etc/./passwd', 'etc/passwd'],
    ['/./etc/passwd', 'etc/passwd'],
  ])('%s is below the root: %s', async (name, path) => {
    for (const entry of [rawTar({ name }), rawTar(paxEntry({ path: name }), {})])
      expect([...(await read(entry)).keys()]).toEqual([path]);
  });

  test('may be / or // for the root, and of hard links absolute: from that root (kaniko)', async () => {
    const tree = await read(
      rawTar(
        { name: '/', type: '5', mode: 0o700 },
        { name: '//', type: '5', mode: 0o700 },
        { name: 'bin/a', body: 'x' },
        { name: 'bin/b', type: '1', link: '//bin//a' },
        { name: 'bin/c', type: '1', link: '/bin/later' },
        { name: 'bin/later' },
      ),
    );
    expect([...tree.keys()].sort()).toEqual(['', 'bin/a', 'bin/b', 'bin/c', 'bin/later']);
    expect(tree.get('')).toMatchObject({ type: 'directory', mode: 0o700 });
    expect(tree.get('bin/b')).toBe(tree.get('bin/a'));
    expect(tree.get('bin/c')).toBe(tree.get('bin/later'));
  });

  test('that are not UTF-8 are carried, in every place that has names', async () => {
    const bytes = (text: string) => Buffer.from(text, 'latin1');
    const tree = await read(
      rawTar(
        { name: bytes('caf\xe9'), type: '5' },
        paxEntry({ path: bytes('caf\xe9/pax'), 'SCHILY.xattr.user.é': bytes('\xff') }),
        { body: 'x' },
        { type: 'L', body: bytes('caf\xe9/gnu\0') },
        { type: '2', link: bytes('\xe9/..') },
        { name: 'link', type: '1', link: bytes('caf\xe9/pax') },
      ),
    );
    expect([...tree.keys()]).toEqual(['caf\udce9', 'caf\udce9/pax', 'caf\udce9/gnu', 'link']);
    expect(tree.get('caf\udce9/gnu')).toMatchObject({ target: '\udce9/..' });
    expect(tree.get('link')).toBe(tree.get('caf\udce9/pax'));
    expect(tree.get('link')!.xattrs).toEqual(new Map([['user.é', new Uint8Array([0xff])]]));
  });

  test('are measured in the bytes that they have', async () => {
    const bytes = Buffer.alloc(255, 0xe9);
    expect([...(await read(rawTar(paxEntry({ path: bytes }), {}))).keys()]).toEqual(['\udce9'.repeat(255)]);
  });

  test('of files that end with a slash are directories, as before POSIX', async () => {
    expect((await read(rawTar({ name: 'd/' }))).get('d')!.type).toBe('directory');
  });
});

describe('links', () => {
  test('that later entries lie below take them where they lead, in the root of the archive (symlink traversal)', async () => {
    const archive = rawTar(
      { name: 'lib', type: '2', link: 'usr/lib' },
      { name: 'lib/x', body: 'x' },
      { name: 'abs', type: '2', link: '/usr/lib' },
      { name: 'abs/y', type: '1', link: 'lib/x' },
      { name: 'up', type: '2', link: '../../../etc' },
      { name: '/up/.wh.passwd' },
      { name: 'usr/far', type: '2', link: '/up/../abs' },
      { name: 'usr/far/z', type: '1', link: 'usr/far/x' },
    );
    const tree = await read(archive);
    expect([...tree.keys()].sort()).toEqual([
      'abs',
      'etc/.wh.passwd',
      'lib',
      'up',
      'usr/far',
      'usr/lib/x',
      'usr/lib/y',
      'usr/lib/z',
    ]);
    expect(tree.get('usr/lib/y')).toBe(tree.get('usr/lib/x'));
    expect(tree.get('usr/lib/z')).toBe(tree.get('usr/lib/x'));
  });

  test('count from when they are there to when something else is', async () => {
    const archive = rawTar(
      { name: 'l', type: '2', link: 'a' },
      { name: 'l/1' },
      { name: 'a', type: '2', link: 'b' },
      { name: 'l/2' },
      { name: 'l/', type: '5' },
      { name: 'l/3' },
    );
    expect([...(await read(archive)).keys()].sort()).toEqual(['a', 'b/2', 'l', 'l/3']);
    const mended = rawTar(
      { name: 'l', type: '2', link: 'a' },
      { name: 'l/2' },
      { name: 'l/', type: '5' },
      { name: 'l/3' },
    );
    expect([...(await read(mended)).keys()]).toEqual(['l', 'a/2', 'l/3']);
  });

  test('that lead round and round have nothing below them', async () => {
    const ring = [
      { name: 'a', type: '2', link: 'b' },
      { name: 'b', type: '2', link: 'a' },
    ];
    expect(await refusal(rawTar(...ring, { name: 'a/x' }))).toBe('integrity tar-links');
    // Each doubles the way of the next.
    const doubling = Array.from({ length: 30 }, (_, at) => ({
      name: `l${at}`,
      type: '2',
      link: `l${at + 1}/../l${at + 1}`,
    }));
    expect(await refusal(rawTar(...doubling, { name: 'l0/x' }))).toBe('integrity tar-links');
  });

  test('and files that replace a directory take away what is in it, as where it is unpacked', async () => {
    const before = [
      { name: 'a/', type: '5' },
      { name: 'a/b/c' },
      { name: 'a/l', type: '1', link: 'later' },
      { name: 'ab' },
    ];
    for (const own of [{ type: '2', link: '/' }, { type: '0' }, { type: '6' }, { type: '1', link: 'ab' }]) {
      const tree = await read(rawTar(...before, { name: 'a', ...own }));
      expect([...tree.keys()].sort()).toEqual(['a', 'ab']);
      const again = await read(
        rawTar(...before, { name: 'a', ...own }, { name: 'a', type: '5' }, { name: 'a/b/d' }),
      );
      expect([...again.keys()].sort()).toEqual(['a', 'a/b/d', 'ab']);
    }
    // A link that was in it leads nowhere any more.
    const link = { name: 'a/l', type: '2', link: '/elsewhere' };
    const tree = await read(rawTar(link, { name: 'a' }, { name: 'a', type: '5' }, { name: 'a/l/x' }));
    expect([...tree.keys()].sort()).toEqual(['a', 'a/l/x']);
  });

  test('that replace very many directories are refused', async () => {
    const pair = [{ name: 'a/b' }, { name: 'a' }];
    const archive = rawTar(...Array.from({ length: 1001 }, () => pair).flat());
    expect(await refusal(archive)).toBe('integrity tar-entries');
  });

  test('may come before their targets, and in chains', async () => {
    const tree = await read(
      rawTar(
        { name: 'c', type: '1', link: './b' },
        { name: 'b', type: '1', link: 'a' },
        { name: 'a', body: 'x' },
      ),
    );
    expect(tree.get('c')).toBe(tree.get('a'));
    expect(tree.get('b')).toBe(tree.get('a'));
  });

  test('mean the file of their time, not what replaces it', async () => {
    const archive = rawTar(
      { name: 'a', body: 'old' },
      { name: 'b', type: '1', link: 'a' },
      { name: 'a', body: 'new' },
    );
    expect([await text(archive, 'a'), await text(archive, 'b')]).toEqual(['new', 'old']);
  });

  test.each<[string, RawEntry[]]>([
    ['to nothing', [{ type: '1', link: 'nothing' }]],
    ['to themselves', [{ name: 'a', type: '1', link: 'a' }]],
    [
      'to themselves, over a file',
      [
        { name: 'a', body: 'x' },
        { name: 'a', type: '1', link: 'a' },
      ],
    ],
    [
      'in a ring',
      [
        { name: 'a', type: '1', link: 'b' },
        { name: 'b', type: '1', link: 'a' },
      ],
    ],
    [
      'to a directory',
      [
        { name: 'a', type: '1', link: 'd' },
        { name: 'd', type: '5' },
      ],
    ],
    [
      'to a directory before',
      [
        { name: 'd', type: '5' },
        { name: 'a', type: '1', link: 'd' },
      ],
    ],
    ['to the root', [{ name: 'a', type: '1', link: '/' }]],
  ])('%s are refused', async (_, entries) => {
    expect(await refusal(rawTar(...entries))).toBe('integrity tar-link');
  });

  test('of a layer lead to what lies below it, where that is there, and else to what comes later', async () => {
    const archive = rawTar(
      { name: 'a', type: '1', link: 'b' },
      { name: 'b', type: '1', link: '/lower' },
      { name: 'c', type: '1', link: 'own' },
      { name: 'own' },
    );
    const below = new Map([['lower', file('lower')]]);
    const tree = await readLayerFile(await fileOf(archive), below);
    expect([...tree.keys()].sort()).toEqual(['a', 'b', 'c', 'own']);
    expect([tree.get('a'), tree.get('b')]).toEqual([below.get('lower'), below.get('lower')]);
    expect(tree.get('c')).toBe(tree.get('own'));
    expect(await refusal(archive)).toBe('integrity tar-link');
  });

  test('of a layer mean what is there when they are made, not what replaces it later', async () => {
    const below = new Map([['b', file('old')]]);
    const archive = rawTar(
      { name: 'a', type: '1', link: 'b' },
      { name: 'b', body: 'new' },
      {
        name: 'c',
        type: '1',
        link: 'b',
      },
    );
    const tree = await readLayerFile(await fileOf(archive), below);
    expect(tree.get('a')).toBe(below.get('b'));
    expect(tree.get('c')).toBe(tree.get('b'));
    expect(tree.get('b')).not.toBe(below.get('b'));
  });
});

describe('a layer’s names', () => {
  const below = new Map<string, TreeNode>([
    ['lib', symlink('usr/lib')],
    ['usr/lib/f', file('old')],
  ]);
  const layer = async (...entries: RawEntry[]) =>
    [...(await readLayerFile(await fileOf(rawTar(...entries)), below)).keys()].sort();

  test('lead through the links below it', async () => {
    expect(await layer({ name: 'lib/f' }, { name: 'g', type: '1', link: 'usr/lib/f' })).toEqual([
      'g',
      'usr/lib/f',
    ]);
  });

  test.each<[string, RawEntry[]]>([
    ['replaced', [{ name: 'lib', type: '5' }]],
    ['taken away', [{ name: '.wh.lib' }]],
    ['in a directory that is emptied', [{ name: '.wh..wh..opq' }]],
  ])('do not lead through a link that it has %s', async (_, entries) => {
    expect(await layer(...entries, { name: 'lib/f' })).toContain('lib/f');
  });

  test('lead through it where it is taken away afterwards', async () => {
    expect(await layer({ name: 'lib/f' }, { name: '.wh.lib' })).toEqual(['.wh.lib', 'usr/lib/f']);
  });
});

describe('sizes', () => {
  test.each(['1', '2', '3', '4', '5', '6'])(
    'of type %s, which has no content, mean nothing, as Go has it',
    async (type) => {
      // What follows is the next header, and never content.
      for (const sized of [[{ size: 512 }], [paxEntry({ size: '512' }), {}]]) {
        const entries = sized.map((entry) =>
          'type' in entry ? entry : { name: 'a', type, link: 'b', ...entry },
        );
        const archive = rawTar({ name: 'b' }, ...entries, { name: 'next' });
        expect([...(await read(archive)).keys()]).toEqual(['b', 'a', 'next']);
        expect(await refusal(archive)).toBe('read');
      }
    },
  );

  test('of a file whose name ends with a slash are refused', async () => {
    // To Go a regular file, whatever its name: what follows it is its content, and no header.
    expect(await refusal(rawTar({ name: 'd/', body: 'x' }))).toBe('integrity tar-size');
  });

  test('by pax override the header (desynchronisation)', async () => {
    const body = rawEntry({ name: 'inner' });
    const archive = rawTar(paxEntry({ size: '512' }), { name: 'a', body, size: 0 });
    expect([...(await read(archive)).keys()]).toEqual(['a']);
  });

  test('that are negative are refused', async () => {
    const patch = (block: Buffer) => block.fill(0xff, 124, 136);
    expect(await refusal(rawTar({ patch }))).toBe('integrity tar-size');
    expect(await refusal(rawTar({ type: 'x', patch }))).toBe('integrity tar-extension');
    expect(await refusal(rawTar(paxEntry({ size: '-1' }), {}))).toBe('integrity tar-size');
  });

  test('larger than the archive are refused', async () => {
    expect(await refusal(rawTar({ size: 1 << 30 }), { memory: 2 ** 40 })).toBe('integrity tar-truncated');
  });

  test('beyond all numbers are refused', async () => {
    const patch = (block: Buffer) => block.fill(0x7f, 125, 136).fill(0x80, 124, 125);
    expect(await refusal(rawTar({ patch }))).toBe('integrity tar-number');
    expect(await refusal(rawTar(paxEntry({ size: '9'.repeat(20) }), {}))).toBe('integrity tar-pax');
  });
});

describe('limits', () => {
  test('bound the entries', async () => {
    expect(await refusal(rawTar({ name: 'a' }, { name: 'b' }, { name: 'c' }), { entries: 2 })).toBe(
      'integrity tar-entries',
    );
  });

  test('bound extended headers', async () => {
    expect(await refusal(rawTar(paxEntry({ comment: 'x'.repeat(2000) }), {}), { extension: 1000 })).toBe(
      'integrity tar-extension',
    );
    expect(await refusal(rawTar({ type: 'L', size: 2 ** 32 }))).toBe('integrity tar-extension');
  });

  test('bound all global headers together', async () => {
    const global = paxEntry({ comment: 'x'.repeat(600) }, 'g');
    expect(await refusal(rawTar(global, {}), { extension: 1000 })).toBe('read');
    expect(await refusal(rawTar(global, global, {}), { extension: 1000 })).toBe('integrity tar-extension');
  });

  test('bound all extended attributes together, also those of a global header', async () => {
    const own = (name: string) => [paxEntry({ [`SCHILY.xattr.user.${name}`]: 'x'.repeat(400) }), { name }];
    const global = paxEntry({ 'SCHILY.xattr.user.all': 'x'.repeat(400) }, 'g');
    const limit = { attributes: 1500 };
    expect(await refusal(rawTar(...own('a'), ...own('b')), limit)).toBe('read');
    expect(await refusal(rawTar(...own('a'), ...own('b'), ...own('c')), limit)).toBe(
      'integrity tar-attributes',
    );
    expect(await refusal(rawTar(global, { name: 'a' }, { name: 'b' }), limit)).toBe('read');
    expect(await refusal(rawTar(global, { name: 'a' }, { name: 'b' }, { name: 'c' }), limit)).toBe(
      'integrity tar-attributes',
    );
  });

  test('bound what attributes keep alive: no header is kept for a few bytes of it', async () => {
    const entry = paxEntry({ comment: 'x'.repeat(5000), 'SCHILY.xattr.user.a': 'few' });
    const value = (await read(rawTar(entry, { name: 'a' }))).get('a')!.xattrs!.get('user.a')!;
    expect([value.length, value.buffer.byteLength]).toEqual([3, 3]);
  });

  test('bound the directories that deep paths mean', async () => {
    const deep = (at: number) => `${at}/${'part-of-it/'.repeat(250)}f`;
    const archive = rawTar(
      ...Array.from({ length: 60 }, (_, at) => [paxEntry({ path: deep(at) }), {}]).flat(),
    );
    expect(await refusal(archive)).toBe('integrity tar-paths');
    expect(await refusal(rawTar(paxEntry({ path: deep(0) }), {}))).toBe('read');
  });

  test('bound the memory of a stream, before it is read', async () => {
    const archive = rawTar({ name: 'a', body: 'x'.repeat(600) }, { name: 'b', body: 'x'.repeat(600) });
    await expect(read(archive, { memory: 1000 })).rejects.toMatchObject({ code: 'tar-too-large' });
    expect((await readTarFile(await fileOf(archive), { memory: 1000 })).size).toBe(2);
  });
});

describe('damage', () => {
  const archive = rawTar({ name: 'a', body: 'x'.repeat(600) }, { name: 'b' });

  test.each([1, 511, 512, 513, 1024, 1100, 1600, 2049])(
    'truncation after %d bytes is found',
    async (length) => {
      expect(await refusal(archive.subarray(0, length))).toBe('integrity tar-truncated');
    },
  );

  test.each([
    ['no blocks at its end', 2048, ['a', 'b']],
    ['one of the two', 2560, ['a', 'b']],
    ['an entry less', 1536, ['a']],
    ['nothing at all', 0, []],
  ])('an archive with %s is one', async (_, length, names) => {
    const bytes = archive.subarray(0, length);
    expect([...(await read(bytes)).keys()]).toEqual(names);
    expect([...(await readTarFile(await fileOf(bytes))).keys()]).toEqual(names);
  });

  test('a header that belongs to nothing is truncation', async () => {
    expect(await refusal(rawTar(paxEntry({ path: 'a' })))).toBe('integrity tar-truncated');
  });

  test('a flipped bit in a header is found', async () => {
    const damaged = Buffer.from(archive);
    damaged[3]! ^= 1;
    expect(await refusal(damaged)).toBe('integrity tar-checksum');
  });

  test('something after the end is found (a second archive)', async () => {
    expect(await refusal(Buffer.concat([archive, archive]))).toBe('integrity tar-trailing');
  });

  test('zeros after the end are padding', async () => {
    expect(await refusal(Buffer.concat([archive, Buffer.alloc(10_240)]))).toBe('read');
  });

  test.each(['1', 'x path=a\n', '0 path=a\n', '99 path=a\n', '9 path=ab\n', '7 =aaa\n', '-8 path=a\n'])(
    'the pax record %j is refused',
    async (body) => {
      expect(await refusal(rawTar({ type: 'x', body }, {}))).toBe('integrity tar-pax');
    },
  );
});

describe('what is not supported is refused:', () => {
  test.each<[string, RawEntry[], string]>([
    ['multi-volume archives', [{ type: 'M' }], 'tar-type'],
    ['unknown types', [{ type: 'Z' }], 'tar-type'],
    ['ids beyond 32 bits', [paxEntry({ uid: String(2 ** 32) }), {}], 'tar-number'],
  ])('%s', async (_, entries, code) => {
    expect(await refusal(rawTar(...entries))).toBe(`integrity ${code}`);
  });
});

describe('metadata', () => {
  test('ids above 262143 come from octal, base-256 and pax alike', async () => {
    const base256 = (block: Buffer) => {
      block.fill(0, 108, 116).writeUInt32BE(3_000_000_000, 112);
      block[108] = 0x80;
    };
    const tree = await read(
      rawTar(
        { name: 'octal', uid: 1_500_000 },
        { name: 'base256', patch: base256 },
        paxEntry({ uid: '3000000000', gid: '262144', mtime: '1234567890.987654321' }),
        { name: 'pax' },
      ),
    );
    expect(tree.get('octal')!.uid).toBe(1_500_000);
    expect(tree.get('base256')!.uid).toBe(3_000_000_000);
    expect(tree.get('pax')).toMatchObject({ uid: 3_000_000_000, gid: 262_144, mtime: 1_234_567_890 });
  });

  test('binary attributes are kept to the byte', async () => {
    const value = Buffer.from([1, 0, 0, 2, 0x0a, 0x3d, 0xff, 0]);
    const tree = await read(
      rawTar(paxEntry({ 'SCHILY.xattr.security.capability': value }), { name: 'ping' }),
    );
    expect(Buffer.from(tree.get('ping')!.xattrs!.get('security.capability')!)).toEqual(value);
  });

  test('of a global header counts until an entry says otherwise', async () => {
    const tree = await read(
      rawTar(
        paxEntry({ uid: '7', gid: '8' }, 'g'),
        { name: 'a' },
        paxEntry({ uid: '9', gid: '' }),
        { name: 'b', gid: 3 },
        { name: 'c' },
      ),
    );
    expect([...tree.values()].map(({ uid, gid }) => [uid, gid])).toEqual([
      [7, 8],
      [9, 3],
      [7, 8],
    ]);
  });

  test('file type bits in the mode are dropped', async () => {
    expect((await read(rawTar({ mode: 0o104755 }))).get('x')!.mode).toBe(0o4755);
  });

  test('of two entries of one name, the later counts', async () => {
    const archive = rawTar({ name: 'a', body: '1' }, { name: './a', body: '2' });
    expect(await text(archive, 'a')).toBe('2');
  });
});

test.each(['gnu', 'pax'])('GNU tar’s own archive (--format=%s) is read', async (format) => {
  const archive = gunzipSync(Buffer.from(recorded[format as keyof typeof recorded], 'base64'));
  const tree = await readTarFile(await fileOf(archive));
  expect(listTree(tree)).toMatchInlineSnapshot(`
    "d 0755 0:0         - /d
    p 0644 0:0         - /d/fifo
    - 4755 3000000:4000000         6 /d/file
    - 4755 3000000:4000000         6 /d/hard = /d/file
    l 0777 0:0         - /d/longlink -> tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt
    d 0755 0:0         - /d/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
    d 0755 0:0         - /d/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn/mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm
    - 0644 0:0         5 /d/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn/mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm/ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
    c 0644 0:0       1,3 /d/null
    l 0777 0:0         - /d/sym -> file
    - 0644 0:0         2 /d/ümlaut
    "
  `);
  expect(listTree(await readTar(inPieces(archive, 1 << 16)))).toBe(listTree(tree));
  expect([...tree.values()].every(({ mtime }) => mtime === 1_700_000_000)).toBe(true);
});

const recorded = {
  gnu: 'H4sIAAAAAAACA+3ZTWrCQBjG8dm2p5gL1GS+V0L39RKCWqWjgh+L7nqwLgqFnqtjpNBGkKZlEkL+v01UBAmP7zOTZFTMCpFZmQTnqmNSP1avlXXahlDa6nNvdBDSiRYc94fpTkoxUKOU/2K12ObO31vbIP+gghLSk39L+cd55vztaf5fTm/uPt6q4/jmW/6+nr/RTsiS/LNbzmPc3goMeP6X092s2/mv9b8qnUnrv2qjnAbf/6PifrLdPE5Wm6eO1n9dmh//hdT/waf+f6D/szt0jg7uuv9jGv+Yb/zP138h/H7/b7xPW0Kp2/j7sf8vNtkUf7v+N8p7zfX/YNb/cLn+h7T+T8i/7/O/zqYQ6En+zftfB23o/6H0v3Xqsv8N/U//X+v/RavI/3/9f/35j7vs/5L7/204Xftz+3/g+79jjDl/o/HzX1Var4Q0fZr/83l8bWRMn/LfP69F7vwb3f9L39Ypf5372Q/9X+X//rqO0+Ohw/nX9flX3rD+t3L6LP4AAAAAAAAAAAAAAAAAAAC98gmzvTVnAFAAAA==',
  pax: 'H4sIAAAAAAACA+2aS3KbQBCGWesUnED09LyshfZZ5gpUQJYqILkkVGXfzbtcLINMyggSKZPydBjT/wYjFpaq+b9+zTL7mj9/KfOiPJ6yIgkicDJKXa5OwysIxEQojcpaUO3nApQSSfqcEOh8avKj+yrJPIWY1s2uLtfC/grHUi8kpHn36UojyAc0SytBg5VGtE+/jZ6Kh+5pwopIy6zIQv+P9qWyWv/R/+3fV/4Ha9AmqY7J/8MfF1H8exlgs9scJsB/IY1i/k+M/+I2/4H5Hyn/g5jew/8j/rv6z7r6zzD/6flflfT8NzDmPzL/KSR0et4Va/kWiYW7fXS3qrv9sO4ADWeHCfM/gOmv/a9u1/9mzH9X/0FM/o+U/9uyqg7syln7v5f/t/mxCOF///zP8z/O/ywS/wcxvVf+H/nfupIgFRTFCfd/ff5Xh/1jtdt/J+W/VMP5HyL3f0T8VyptA/6UN9t189+14H0Uvf+DmH7gf2vt3/NfuQ7Q8R8p3jjmf5//+xC6v/8R1/GXaFEz/yn0L7zF1Zi3ZvXGW8ZtfPzfB1P2zn+f+l9K0dZ/vP+PPv6X1HKP/8rBfsh/I5n/JPX/yqSX2j/wi1AHU7b4qBxmwcwuh1GE3Z//ClEy/z9T/G/x34Ac5n+wfP6LRBKi5/+GVJ8s20zB/wB6zH/g/T+F2tkf9+zz7v/7879zVQWZ/3qe/1aC+7+pzf9ciG7tWxTvW2Lt/0KY3sP/vzn/rVEkqYwv/4vuKmOKf4//p5eaPv6j/Y8QqIH5PzH+3+lmkPc/kfI/iOkH/vfa/zv/t/zH0Ge/uP8b8v/Ha13l54aY/2p4/h+lZf7T8B/ex39d8PkM1sz4H8T0XvX/uP9v9788/yP4+exNFovFYrFYrFnpJwC3UA8AUAAA',
};
