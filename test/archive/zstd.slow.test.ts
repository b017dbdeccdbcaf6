// Our decoder of zstd against the program itself, and against frames that mean harm: small ones that ask for much.
import { beforeAll, describe, expect, test } from 'vitest';
import { decompress } from '../../src/archive/decompress.ts';
import { decompressZstd } from '../../src/archive/zstd.ts';
import type { Tools } from '../../src/tools/tools.ts';
import { hostTools } from '../support/tools.ts';
import { bytesOf, inPieces, zstdBlock, zstdFrame } from '../tree/support.ts';

const unpack = (bytes: Uint8Array, pieces = 1 << 16) => bytesOf(decompressZstd(inPieces(bytes, pieces)));

/** Words, noise, runs and copies of what was long before, always the same. */
function anyBytes(size: number): Buffer {
  let seed = 1;
  const next = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((seed / 0x80000000) * below);
  };
  const words = Array.from({ length: 300 }, () => next(2 ** 30).toString(36));
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const length = 1 + next(3000);
    const end = Math.min(size, at + length);
    const kind = next(5);
    if (kind === 0) bytes.fill(next(256), at, end);
    else if (kind === 1) for (let i = at; i < end; i += 1) bytes[i] = next(256);
    else if (kind === 2 && at > length) bytes.copy(bytes, at, at - length - next(at - length), at);
    else while (at < end) at += bytes.write(`${words[next(words.length)]} `, at);
    at = Math.max(at, end);
  }
  return bytes;
}

describe('what the program makes', () => {
  let tools: Tools;
  const plain = anyBytes(3 << 20);
  beforeAll(async () => {
    tools = await hostTools();
  });

  test.each([
    '--fast=5',
    '-1',
    '-3 --no-check',
    '-9 --no-content-size',
    '-16 --zstd=wlog=10',
    '-19',
    '--ultra -22',
    '-3 --long=27',
    '-1 --zstd=wlog=12',
  ])('by %s', async (options) => {
    const { stdout } = await tools.run('zstd', ['-c', '--quiet', ...options.split(' ')], {
      stdin: inPieces(plain, 1 << 16),
      stdout: 'bytes',
    });
    // An odd size of the pieces: every part of a frame is cut somewhere.
    for (const pieces of [1009, 1 << 20]) expect((await unpack(stdout, pieces)).equals(plain)).toBe(true);
  });

  test.each([0, 1, 2, 5, 100, 4096, 131_072, 131_073])('of %d bytes', async (size) => {
    const { stdout } = await tools.run('zstd', ['-c', '--quiet'], {
      stdin: [plain.subarray(0, size)],
      stdout: 'bytes',
    });
    expect((await unpack(stdout)).equals(plain.subarray(0, size))).toBe(true);
  });

  test('with any bit of it flipped: an error, or other bytes, but no more than a block has', async () => {
    const { stdout } = await tools.run('zstd', ['-c', '--quiet', '-19', '--no-check'], {
      stdin: [plain.subarray(0, 40_000)],
      stdout: 'bytes',
    });
    const failure = { fault: 'integrity', code: 'decompress-failed' };
    for (let bit = 0; bit < stdout.length * 8; bit += 61) {
      const changed = Buffer.from(stdout);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const result = await bytesOf(decompress(inPieces(changed, 1 << 16), 'zstd')).catch((thrown) => thrown);
      if (Buffer.isBuffer(result)) expect(result.length).toBeLessThanOrEqual(1 << 17);
      else expect(result).toMatchObject(failure);
    }
  });
});

describe('memory', () => {
  // RFC 8878, 3.1.1.1.2: 2 to the power of 10 plus the upper five bits, and eighths of it.
  test.each<[string, Buffer]>([
    ['a window of 1.9 GiB', zstdFrame([zstdBlock('raw', 'x')], { head: [0x00, (20 << 3) | 7] })],
    ['a window of 144 MiB', zstdFrame([zstdBlock('raw', 'x')], { head: [0x00, (17 << 3) | 1] })],
    ['a window of 3.75 TiB', zstdFrame([zstdBlock('raw', 'x')], { head: [0x00, 0xff] })],
    [
      'a single segment of 2 GiB',
      zstdFrame([zstdBlock('raw', 'x')], { head: [0xa0, 0x00, 0x00, 0x00, 0x80] }),
    ],
    [
      'a single segment of 16 EiB',
      zstdFrame([zstdBlock('raw', 'x')], { head: [0xe0, ...Array<number>(8).fill(0xff)] }),
    ],
  ])('%s is refused', async (_, frame) => {
    await expect(unpack(frame)).rejects.toThrow(/it needs \d+ bytes of memory, more than 134217728/);
  });

  test('is taken for what a frame holds, not for what it might', async () => {
    const frame = zstdFrame([zstdBlock('run', 'x', 1000)], { head: [0x00, 17 << 3] });
    const before = process.memoryUsage().arrayBuffers;
    let [most, size] = [0, 0];
    for await (const chunk of decompressZstd(inPieces(Buffer.concat(Array(50).fill(frame)), 13))) {
      size += chunk.length;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(size).toBe(50_000);
    expect(most).toBeLessThan(64 << 20);
  });
});

describe('a block', () => {
  const head = zstdBlock('raw', 'x'.repeat(10));
  // No literals; 98,047 sequences, for each of which the same codes stand, and not a bit more.
  const many = (offset: number, match: number) => [0x00, 255, 255, 255, 0x54, 0, offset, match, 1];

  test('whose sequences make more than a block may be is refused', async () => {
    const frame = zstdFrame([head, zstdBlock('packed', Buffer.from(many(0, 31)))]);
    await expect(unpack(frame)).rejects.toThrow('a block is larger than blocks may be');
  });

  test('that refers to what is before its frame is refused, although something was there', async () => {
    const before = zstdFrame([zstdBlock('run', 'x', 1000)]);
    const frame = zstdFrame([zstdBlock('packed', Buffer.from(many(0, 31)))]);
    await expect(unpack(Buffer.concat([before, frame]))).rejects.toThrow('leads too far back');
  });

  test.each<[string, number[]]>([
    ['a table that is not there (literals)', [0x03 | (1 << 4), 0, 0, 0, 0]],
    ['a table that is not there (sequences)', [0x00, 1, 0xfc, 1]],
    ['a code that there is none of', [0x00, 1, 0x54, 36, 0, 0, 1]],
    ['reserved modes', [0x00, 1, 0x55, 0, 0, 0, 1]],
    ['no sequences and something more', [0x00, 0, 0]],
    ['nothing', []],
    ['literals that are cut off', [0x40]],
  ])('with %s is refused', async (_, bytes) => {
    await expect(unpack(zstdFrame([head, zstdBlock('packed', Buffer.from(bytes))]))).rejects.toThrow(
      'it is damaged',
    );
  });

  test('of more than 128 KiB is refused', async () => {
    await expect(unpack(zstdFrame([zstdBlock('run', 'x', (1 << 17) + 1)]))).rejects.toThrow('larger than');
    expect((await unpack(zstdFrame([zstdBlock('run', 'x', 1 << 17)]))).length).toBe(1 << 17);
  });
});

test('a frame that holds another amount than it says is refused', async () => {
  const frame = (size: number) => zstdFrame([zstdBlock('raw', 'four')], { head: [0x20, size] });
  expect((await unpack(frame(4))).toString()).toBe('four');
  await expect(unpack(frame(5))).rejects.toThrow('a frame has 4 bytes, and promised 5');
});

test('a frame that wants a dictionary is refused', async () => {
  const frame = zstdFrame([zstdBlock('raw', 'x')], { head: [0x01, 0x58, 0x07] });
  await expect(unpack(frame)).rejects.toThrow('it wants a dictionary');
});
