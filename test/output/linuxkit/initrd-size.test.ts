import { expect, test } from 'vitest';
import { memoryFor } from '../../../src/output/linuxkit/initrd-size.ts';

const MiB = 2 ** 20;

test('the tmpfs takes half of what is free while the packed initrd is still there', () => {
  expect(memoryFor({ size: 100 * MiB, unpacked: 400 * MiB })).toBe((2 * 400 + 100 + 64) * MiB);
  // A file of ours that was seen not to unpack in 1 GiB.
  expect(memoryFor({ size: 144.6 * MiB, unpacked: 417.4 * MiB })).toBeGreaterThan(1024 * MiB);
});
