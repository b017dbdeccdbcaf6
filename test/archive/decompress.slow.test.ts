import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Compression, decompress, detectFormat } from '../../src/archive/decompress.ts';
import { bytesOf, inPieces } from '../tree/support.ts';

/** 100 times the same line and its number, compressed by the programs themselves (xz -9, zstd -19 --check). */
const plain = Array.from({ length: 100 }, (_, i) => `Catamarans have two hulls ${i}\n`).join('');
const packed: Record<Exclude<Compression, 'none'>, Buffer> = {
  gzip: gzipSync(plain),
  xz: Buffer.from(
    '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4AtJALFdACGYSoYjXlZSOHVrZJUbAbgCjAuK2mGxZ6M+V2kwjYJdDG1n5+iiOWXk1gE7HkXPEEkNtRDpwQk17mtEe0VJGJPawuiwFguohIyuHxOxZLMHjizuSjXHGBJjKNcq50IrFKIVUFwfk5ZIWKj2YrZy6fGHd2HBKKxWTB7RtsHrn98OQ0s4yRZOwkCJYv4Nv1ecWh/As6/tLX/dRbtC3A/xqWudwneHxlDWnD/CCsKb5q6oAAAAAAChjcunLj5sDwABzQHKFgAApyEYUrHEZ/sCAAAAAARZWg==',
    'base64',
  ),
  zstd: Buffer.from(
    'KLUv/QRoTQQAEogWFKCrAyTtdjKLChQxbSmllLFYvYoHwP///3+EEEIIIYQyMzMzMxERERER7+7u7u7MzMzMzKqqqqqqbNu27bZt2/Yo8axcQAgWw2iKIHmYgHBSESxIUtKRmDQEY6gR4O//GdBTeRH8/wnHD6qqVNUoSZIdiciGBMj+iMd2hGPFG954rg0PkCpUD9yW',
    'base64',
  ),
};

const unpack = async (bytes: Buffer, format: Compression, pieces = 7) =>
  (await bytesOf(decompress(inPieces(bytes, pieces), format))).toString('latin1');
const failure = { fault: 'integrity', code: 'decompress-failed' };

describe.each(Object.entries(packed) as [Exclude<Compression, 'none'>, Buffer][])('%s', (format, bytes) => {
  test('is recognised', () => {
    expect(detectFormat(bytes)).toBe(format);
  });

  test.each([1, 7, 100_000])('is unpacked from pieces of %d bytes', async (pieces) => {
    expect(await unpack(bytes, format, pieces)).toBe(plain);
  });

  test('one after the other is one', async () => {
    expect(await unpack(Buffer.concat([bytes, bytes]), format)).toBe(plain + plain);
  });

  test('cut off anywhere is an error', async () => {
    for (let length = 0; length < bytes.length; length += 1) {
      await expect(unpack(bytes.subarray(0, length), format, 64), `${length} bytes`).rejects.toMatchObject(
        failure,
      );
    }
  });

  test.each(['garbage', '\0', 'x'])('followed by %j is an error', async (garbage) => {
    for (const pieces of [7, 100_000]) {
      await expect(
        unpack(Buffer.concat([bytes, Buffer.from(garbage)]), format, pieces),
      ).rejects.toMatchObject(failure);
    }
  });

  test('of another kind is an error', async () => {
    await expect(unpack(Buffer.from('plain text, not compressed'), format)).rejects.toMatchObject(failure);
  });

  test('passes on what fails in its source', async () => {
    async function* broken() {
      yield bytes.subarray(0, 40);
      throw new Error('disk broke');
    }
    await expect(bytesOf(decompress(broken(), format))).rejects.toThrow(/^disk broke$/);
  });

  test('may be left early, and used again and at once', async () => {
    for await (const chunk of decompress(inPieces(bytes, 7), format)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await Promise.all([unpack(bytes, format), unpack(bytes, format)])).toEqual([plain, plain]);
  });
});

test.each(['gzip', 'xz'] as const)('%s with a flipped bit is an error', async (format) => {
  const damaged = Buffer.from(packed[format]);
  damaged[damaged.length >> 1]! ^= 4;
  await expect(unpack(damaged, format)).rejects.toMatchObject(failure);
});

test('a skippable frame of zstd is skipped', async () => {
  const skippable = Buffer.from('502a4d1803000000616263', 'hex');
  expect(await unpack(Buffer.concat([packed.zstd, skippable, packed.zstd]), 'zstd')).toBe(plain + plain);
  expect(await unpack(Buffer.concat([packed.zstd, skippable]), 'zstd')).toBe(plain);
});

test('none is passed through', async () => {
  expect(detectFormat(Buffer.from('!<arch>\n'))).toBe('none');
  expect(detectFormat(new Uint8Array())).toBe('none');
  expect(await unpack(Buffer.from(plain), 'none')).toBe(plain);
});
