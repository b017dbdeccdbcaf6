// The first boot's growth: what is written where, in which order, and that it happens once.
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/agent/command.ts';
import { memoryHost } from '../memory-host.ts';

const sysfs = '/sys/devices/pci0/virtio0/block/vda/vda10';
const answers = (command: readonly string[]) =>
  command[0] === 'readlink' ? { status: 0, output: `${sysfs}\n` } : undefined;

function machine(files: Record<string, string | Uint8Array>) {
  return memoryHost(
    {
      '/proc/self/mounts': 'proc /proc proc rw 0 0\n/dev/vda10 /var ext4 rw,nodev 0 0\n',
      [`${sysfs}/partition`]: '10\n',
      '/sys/class/block/vda/size': '1000000\n',
      '/sys/class/block/vda/queue/logical_block_size': '512\n',
      ...files,
    },
    answers,
  );
}

describe('disk grow', () => {
  it('does nothing on a machine that has grown before', () => {
    const host = machine({ '/var/lib/catamaran/grown': '1000000\n' });
    expect(runCommand(['disk', 'grow'], host)).toBe(0);
    expect(host.calls).toEqual([]);
  });

  it('leaves a disk alone whose table it does not understand, and tries again next time', () => {
    const host = machine({ '/dev/vda': new Uint8Array(34 * 512) });
    expect(runCommand(['disk', 'grow'], host)).toBe(1);
    expect(host.printed[0]).toContain('the partition table is damaged');
    expect(host.calls.filter((call) => !call.startsWith('readlink'))).toEqual([]);
    expect(host.files.has('/var/lib/catamaran/grown')).toBe(false);
  });

  it('leaves a disk with large sectors alone', () => {
    const host = machine({ '/sys/class/block/vda/queue/logical_block_size': '4096\n' });
    expect(runCommand(['disk', 'grow'], host)).toBe(1);
    expect(host.printed[0]).toContain('no sectors of 512 bytes');
  });

  it('says so where /var is in memory', () => {
    const host = machine({ '/proc/self/mounts': 'tmpfs /var tmpfs rw 0 0\n' });
    expect(runCommand(['disk', 'grow'], host)).toBe(1);
    expect(host.printed[0]).toContain('/var is not on a partition');
  });
});
