// The container of a package: what is read of it, and what is refused.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestFromHex } from '../../src/base/digest.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import { packageTree } from '../../src/debian/deb.ts';
import type { LockedPackage } from '../../src/packages/locked.ts';
import type { Cache } from '../../src/store/cache.ts';
import { contentBytes } from '../../src/tree/content.ts';
import { temporaryCache } from './support/temporary-cache.ts';
import { makeAr, makeDebOf, makeTar, sha256 } from './support/tiny-archive.ts';

let cache: Cache;
let removeCache: () => Promise<void>;
beforeAll(async () => {
  ({ cache, remove: removeCache } = await temporaryCache());
});
afterAll(() => removeCache());

/** As if it had been fetched: nothing here touches a network. */
async function treeOf(deb: Uint8Array) {
  const digest = digestFromHex(sha256(deb));
  await cache.putBlob(deb, { digest });
  const wanted: LockedPackage = {
    name: 'tiny',
    version: '1',
    arch: 'all',
    pocket: 'main',
    path: 'pool/tiny.deb',
    digest,
    size: deb.length,
  };
  const mirror = { archive: 'http://mirror.example.test/debian', security: 'http://mirror.example.test/s' };
  return packageTree(wanted, { cache, mirror, reporter: silentReporter, offline: true });
}

async function helloOf(deb: Uint8Array): Promise<string> {
  const node = (await treeOf(deb)).get('hello');
  if (node?.type !== 'file') throw new Error('no file hello');
  return Buffer.from(await contentBytes(node.content)).toString();
}

const hello = { hello: 'hello from a package\n' };
// The same tar, by xz 5.4 and zstd 1.5: Node 20 can write neither.
const xz = `/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AHNdADQZSe6N1/i4P8k3Mt7I1YAxJFP0/XQ9pr9mlU4CkNkzRpLN3P2nULLUoaS4
XzuMkygvB+43QL4M0sCpaTodfdqYd4dTHaVn456vcjaP4DVfwzloRBoG1yXwRT84s1FonMEneLnJl2yxzv3EWzab3vOntwAAAFyd
Ha0OL5gZAAGPAYBQAADrwzaQscRn+wIAAAAABFla`;
const zstd = `KLUv/WQAJ6UCAMJDDBCg7dzw5cfN/994LK/+zNwUBiftMvt0tTmI1NI5+BuujNO++uMi3DcR/z1GuR1jRwUMAM+Ly3eAEIDkKAA/
BIbCARD+BzO5W7kIgEEBwHYCcCAlnQo=`;

describe('what is read', () => {
  test('every compression of the data', async () => {
    const tar = await makeTar(hello);
    expect(await helloOf(makeDebOf({ 'data.tar': tar }))).toBe(hello.hello);
    expect(await helloOf(makeDebOf({ 'data.tar.gz': gzipSync(tar) }))).toBe(hello.hello);
    expect(await helloOf(makeDebOf({ 'data.tar.xz': Buffer.from(xz, 'base64') }))).toBe(hello.hello);
    expect(await helloOf(makeDebOf({ 'data.tar.zst': Buffer.from(zstd, 'base64') }))).toBe(hello.hello);
  });

  test('names with a slash, members that begin with _, and members after the data', async () => {
    const deb = makeAr([
      ['debian-binary/', '2.1\nmore\n'],
      ['_extra', 'odd'],
      ['control.tar.zst', 'x'],
      ['data.tar/', await makeTar(hello)],
      ['later', 'x'],
    ]);
    expect(await helloOf(deb)).toBe(hello.hello);
  });
});

describe('what is refused', () => {
  const good = makeDebOf({ 'data.tar': new Uint8Array(1024) });
  const cases: Record<string, Uint8Array> = {
    'no ar archive': Buffer.from('PK\u0003\u0004 something else'),
    empty: new Uint8Array(),
    'another format version': makeDebOf({ 'debian-binary': '3.0\n', 'data.tar': '' }),
    'no debian-binary': makeDebOf({ 'debian-binary': undefined, 'data.tar': '' }),
    'no control member': makeDebOf({ 'control.tar': undefined, 'data.tar': '' }),
    'no data member': makeDebOf({}),
    'an unknown compression': makeDebOf({ 'data.tar.lzma': 'x' }),
    'a cut member': good.subarray(0, good.length - 100),
    'a cut header': good.subarray(0, 100),
    'a damaged header': Buffer.from(good).fill(0x20, 8 + 58, 8 + 60),
    'a size that is no number': Buffer.from(good).fill('x', 8 + 48, 8 + 58),
    'members without end': makeAr(Array.from({ length: 40 }, (_, i) => [`_${i}`, ''] as const)),
  };
  test.each(Object.entries(cases))('%s', async (name, deb) => {
    const failure = await treeOf(deb).catch((thrown) => thrown);
    expect(failure).toMatchObject({ fault: 'integrity', code: 'debian-deb-malformed' });
    expect(failure.message).toMatchSnapshot(name);
  });

  test('data that cannot be decompressed', async () => {
    const damaged = Buffer.from(xz, 'base64');
    damaged[60]! ^= 0xff;
    await expect(treeOf(makeDebOf({ 'data.tar.xz': damaged }))).rejects.toMatchObject({ fault: 'integrity' });
  });
});
