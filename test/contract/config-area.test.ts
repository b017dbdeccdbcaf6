import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  argumentsLimit,
  configAreaSize,
  configLimit,
  decodeConfigArea,
  encodeConfigArea,
} from '../../src/contract/config-area.ts';

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const words = fc.stringMatching(/^[ !#-&(-[\]-~]*$/, { maxLength: argumentsLimit });
const config = fc.uint8Array({ maxLength: 5000 });
const encode = (text: string, bytes: Uint8Array) =>
  encodeConfigArea({ arguments: text, config: bytes }, digest);

test('whatever was written is read back, in a file of one size', () => {
  fc.assert(
    fc.property(words, config, (text, bytes) => {
      const area = encode(text, bytes);
      expect(area).toHaveLength(configAreaSize);
      const { arguments: found, config: data } = decodeConfigArea(area, digest)!;
      expect([found, Buffer.compare(data, bytes)]).toEqual([text, 0]);
    }),
  );
});

test('it holds what the limits promise', () => {
  const bytes = new Uint8Array(configLimit).fill(255);
  const area = encode('x'.repeat(argumentsLimit), bytes);
  expect(Buffer.compare(decodeConfigArea(area, digest)!.config, bytes)).toBe(0);
  expect(Buffer.from(area).toString('latin1')).toContain(`config=${Buffer.from(bytes).toString('base64')}\n`);
});

test('a changed byte is seen, wherever it is', () => {
  fc.assert(
    fc.property(
      words,
      config,
      fc.nat(configAreaSize - 1),
      fc.integer({ min: 1, max: 255 }),
      (text, bytes, at, bit) => {
        const area = encode(text, bytes);
        area[at] = area[at]! ^ bit;
        expect(decodeConfigArea(area, digest)).toBeUndefined();
      },
    ),
  );
});

test('a line of the configuration is no line of the area', () => {
  const area = encode('quiet', Buffer.from('x\narguments=evil\n'));
  expect(
    Buffer.from(area)
      .toString('latin1')
      .match(/^arguments=.*$/gm),
  ).toEqual(['arguments=quiet']);
});

describe('refused', () => {
  test.each([
    ['a quote', "a='b c'", 0],
    ['a line break', 'a\nb=c', 0],
    ['a backslash', 'a\\', 0],
    ['too many words', 'x'.repeat(argumentsLimit + 1), 0],
    ['too long a configuration', '', configLimit + 1],
  ])('%s', (_, text, size) => {
    expect(() => encode(text, new Uint8Array(size))).toThrow(RangeError);
  });
});
