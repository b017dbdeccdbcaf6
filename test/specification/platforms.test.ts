import { expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { readSpec } from '../../src/specification/read.ts';

const kernel = 'kernel: {image: component:kernel}';

test('settings come by platform, sorted', () => {
  const text = `${kernel}\nplatforms: {qemu: {console: serial}, aws: {cmdline: "a=1\\n b"}}`;
  expect([...readSpec('a.yml', text).platforms]).toEqual([
    ['aws', { cmdline: 'a=1\n b' }],
    ['qemu', { console: 'serial' }],
  ]);
});

test('firmware that a platform does not have is an error with its place', () => {
  const text = `${kernel}\nplatforms:\n  akamai: {firmware: uefi}\n  scaleway: {firmware: bios}\n  hetzner: {firmware: uefi}`;
  const read = () => readSpec('a.yml', text);
  expect(read).toThrow(CatamaranError);
  try {
    read();
  } catch (error) {
    const { diagnostics } = error as CatamaranError;
    expect(diagnostics.map(({ code, message, position }) => [code, position?.line, message])).toEqual([
      [
        'spec-not-allowed',
        3,
        'platforms.akamai.firmware is "uefi", and machines of Akamai (Linode) have bios only',
      ],
      [
        'spec-not-allowed',
        4,
        'platforms.scaleway.firmware is "bios", and machines of Scaleway have uefi only',
      ],
    ]);
  }
});
