// Names of bytes as text and back.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableJson } from '../../src/base/printable.ts';
import { bytesOfName, isByteName, nameOfBytes } from '../../src/tree/byte-name.ts';
import { listTree } from '../../src/tree/digest-tree.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { file, symlink, type Tree } from '../../src/tree/tree.ts';

/** Bytes of which many are the beginning of a character, or go on with one. */
const bytes = fc.uint8Array({ maxLength: 20 }).map((numbers) => {
  const likely = [0x61, 0xc3, 0xa9, 0xed, 0xb2, 0x80, 0xf0, 0x9d, 0x84, 0x9e, 0xe9, 0xff];
  return Buffer.from(numbers.map((number) => (number < 200 ? likely[number % likely.length]! : number)));
});

test('any bytes are one text, and go back to the same bytes', () => {
  fc.assert(
    fc.property(bytes, (name) => {
      const text = nameOfBytes(name);
      expect(bytesOfName(text)).toEqual(name);
      const utf8 = Buffer.from(name.toString()).equals(name);
      expect(isByteName(text)).toBe(!utf8);
      if (utf8) expect(text).toBe(name.toString());
    }),
    { numRuns: 2000 },
  );
});

test('it is the text that Python has for them', () => {
  // >>> ascii(b'caf\xe9 \xc3\xa9 \xed\xb2\x80'.decode('utf-8', 'surrogateescape'))
  const name = Buffer.from('caf\xe9 \xc3\xa9 \xed\xb2\x80', 'latin1');
  expect(nameOfBytes(name)).toBe('caf\udce9 \xe9 \udced\udcb2\udc80');
});

test('what people see is neither the bytes nor the text, and programs get JSON that is ASCII there', () => {
  expect(printable('caf\udce9 𝄞 \ud800')).toBe('caf\\xe9 𝄞 \ufffd');
  expect(printableJson(JSON.stringify('caf\udce9'))).toBe('"caf\\udce9"');
  const tree: Tree = new Map<string, TreeNode>([
    ['a\udcff', file('')],
    ['b\n\x1b[2J', symlink('\udce9')],
  ]);
  expect(listTree(tree)).toBe(
    '- 0644 0:0         0 /a\\xff\nl 0777 0:0         - /b\u240a\u241b[2J -> \\xe9\n',
  );
});
