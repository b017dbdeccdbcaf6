// slot.cfg: what GRUB is told, and that whoever looks into a slot finds the same again.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSlotConfig, writeSlotConfig } from '../../src/contract/slot-config.ts';

const anyVerity = fc.record({
  rootHash: fc.stringMatching(/^[0-9a-f]{64}$/),
  salt: fc.stringMatching(/^([0-9a-f]{2}){1,32}$/),
  dataBlocks: fc.integer({ min: 1, max: 2 ** 30 }),
});
const anyCommandLine = fc.stringMatching(/^[!#-&(-[\]-~ ]{0,60}$/);

test('what is written is read', () => {
  fc.assert(
    fc.property(anyCommandLine, anyVerity, (cmdline, verity) => {
      fc.pre(!cmdline.includes('catamaran.verity='));
      const found = readSlotConfig(writeSlotConfig(cmdline, verity));
      expect(found?.verity).toEqual(verity);
      expect(found?.slotArgs.startsWith(cmdline.trim())).toBe(true);
    }),
  );
});

test('slot.cfg sets one variable, after a comment with the format', () => {
  const verity = { rootHash: 'ab'.repeat(32), salt: 'cd'.repeat(32), dataBlocks: 77 };
  expect(writeSlotConfig('console=ttyS0', verity)).toBe(
    '# format: 1\n' +
      `set slot_args='console=ttyS0 catamaran.verity=${verity.rootHash},${verity.salt},77 panic=10 oops=panic gpt'\n`,
  );
  expect(writeSlotConfig('')).toBe("# format: 1\nset slot_args='panic=10 oops=panic gpt'\n");
});

test('one of the time before the format is read, and one of a newer format for what it has in common', () => {
  expect(readSlotConfig("set slot_args='quiet'\n")).toEqual({ slotArgs: 'quiet', verity: undefined });
  expect(readSlotConfig("# format: 2\nset slot_args='quiet'\nset more=x\n")?.slotArgs).toBe('quiet');
});

test.each([
  '',
  'set slot_args=quiet\n',
  "set slot_args='quiet\n'",
  `set slot_args='catamaran.verity=${'ab'.repeat(32)},,7'\n`,
  `set slot_args='catamaran.verity=${'ab'.repeat(32)},cd,0'\n`,
  `set slot_args='catamaran.verity=${'ab'.repeat(31)},cd,7'\n`,
])('%j names no root', (text) => {
  expect(readSlotConfig(text)?.verity).toBeUndefined();
});

test.each(['a="b c"', "a='b'", 'a\\b', 'a\nb', 'ä'])('the kernel arguments %j are refused', (cmdline) => {
  expect(() => writeSlotConfig(cmdline)).toThrow(
    expect.objectContaining({ fault: 'spec', code: 'cmdline-quoted' }),
  );
});
