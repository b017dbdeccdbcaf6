import { expect, test } from 'vitest';
import { parseProgram } from '../../src/tools/elf.ts';

/** A 64-bit little-endian ELF header with one program header of `type`, and `text` at offset 200. */
function elf(type: number, text: string): Uint8Array {
  const bytes = Buffer.alloc(300);
  bytes.write('\x7fELF\x02\x01\x01', 'latin1');
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(type, 64);
  bytes.writeBigUInt64LE(200n, 72);
  bytes.write(text, 200, 'latin1');
  return bytes;
}

test('a program with an interpreter segment is loaded by it', () => {
  expect(parseProgram(elf(3, '/lib64/ld-linux-x86-64.so.2'))).toEqual({
    kind: 'dynamic',
    loader: '/lib64/ld-linux-x86-64.so.2',
  });
});

test('a program without one is static', () => {
  expect(parseProgram(elf(1, ''))).toEqual({ kind: 'static' });
});

test('a script names its interpreter', () => {
  expect(parseProgram(Buffer.from('#! /bin/sh -e\nexit 0\n'))).toEqual({
    kind: 'script',
    interpreter: '/bin/sh',
    args: ['-e'],
  });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('hello, world')],
  ['a 32-bit program', Buffer.concat([Buffer.from('\x7fELF\x01\x01', 'latin1'), Buffer.alloc(100)])],
  ['an ELF header cut short', elf(3, 'x').subarray(0, 40)],
  ['a program header table cut short', elf(3, 'x').subarray(0, 100)],
  ['an interpreter without an end', elf(3, 'x'.repeat(100)).subarray(0, 250)],
  ['a script without an interpreter', Buffer.from('#!\n')],
])('%s is no program', (_, bytes) => {
  expect(parseProgram(bytes)).toEqual({ kind: 'unknown' });
});
