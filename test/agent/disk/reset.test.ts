// The data partition anew: at once where nothing has it mounted, else at a boot that leaves it alone.
import { expect, test } from 'vitest';
import { finishReset, resetData } from '../../../src/agent/disk/reset.ts';
import { memoryHost } from '../memory-host.ts';
import { runCommand } from '../run-command.ts';

function open(mounts: string, mark = '') {
  const state = new Uint8Array(1 << 20);
  state.set(Buffer.from(mark), 24_576);
  const partitions = {
    read: (_: string, offset: number, size: number) => state.slice(offset, offset + size),
    write: (_: string, offset: number, bytes: Uint8Array) => state.set(bytes, offset),
  };
  const host = memoryHost({
    '/proc/self/mounts': mounts,
    '/run/catamaran/disk': 'vda\n',
    '/sys/block/vda/vda10/uevent': 'DEVTYPE=partition\nPARTNAME=data\n',
  });
  return { host, partitions, mark: () => Buffer.from(state.subarray(24_576, 24_582)).toString('latin1') };
}
const mounted = 'proc /proc proc rw 0 0\n/dev/vda10 /var ext4 rw 0 0\n';
const inMemory = 'tmpfs /var tmpfs rw 0 0\n';

test('in use it waits for the next boot', () => {
  const { mark, ...disk } = open(mounted);
  resetData(disk);
  expect(mark()).toBe('reset\n');
  expect(disk.host.calls).toEqual([]);
  expect(disk.host.printed[0]).toMatch(/made anew at the next boot/);
});

test('not in use it is made at once', () => {
  const { mark, ...disk } = open(inMemory);
  resetData(disk);
  expect(disk.host.calls).toEqual([expect.stringMatching(/^mke2fs -q -F -t ext4 .* \/dev\/vda10$/)]);
  expect(mark()).not.toBe('reset\n');
});

test('what was asked for is done at the boot, and then not again', () => {
  const { mark, ...disk } = open(inMemory, 'reset\n');
  finishReset(disk);
  expect(disk.host.calls).toEqual([expect.stringMatching(/^mke2fs/), 'reboot -f']);
  disk.host.calls.length = 0;
  finishReset(disk);
  expect([mark() === 'reset\n', disk.host.calls]).toEqual([false, []]);
});

test('without --yes it is refused', () => {
  const host = memoryHost();
  expect(runCommand(['reset'], host)).toBe(2);
  expect(host.calls).toEqual([]);
});
