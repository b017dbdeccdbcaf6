// The first boot's growth and the disk's own GUID: what is written where, in which order, and that it happens once; and a
// table that is mended at any boot.
import { describe, expect, it } from 'vitest';
import { layoutDisk, partitionTable } from '../../../src/disk/disk-layout.ts';
import { writeGpt } from '../../../src/gpt/write.ts';
import { type MemoryHost, memoryHost } from '../memory-host.ts';
import { runCommand } from '../run-command.ts';

const sysfs = '/sys/devices/pci0/virtio0/block/vda/vda10';
const answers = (command: readonly string[]) =>
  command[0] === 'readlink' ? { status: 0, output: `${sysfs}\n` } : undefined;

const ownGuid = Uint8Array.from([1, 1, 1, 1, 1, 1, 1, 0x41, 0x81, 1, 1, 1, 1, 1, 1, 1]);

function machine(files: Record<string, string | Uint8Array>, disk?: Uint8Array) {
  const host: MemoryHost = memoryHost(
    {
      '/proc/self/mounts': 'proc /proc proc rw 0 0\n/dev/vda10 /var ext4 rw,nodev 0 0\n',
      [`${sysfs}/partition`]: '10\n',
      '/sys/class/block/vda/size': '1000000\n',
      '/sys/class/block/vda/queue/logical_block_size': '512\n',
      '/dev/urandom': new Uint8Array(16).fill(1),
      ...files,
    },
    (command) => {
      if (command[0] === 'dd') {
        const bytes = host.files.get('/run/catamaran/table') as Uint8Array;
        disk!.set(bytes, Number(/ seek=(\d+) /.exec(command.join(' '))![1]));
      }
      return answers(command);
    },
  );
  return host;
}

/** As it was built, on a disk that is larger. */
function enlargedDisk(): Uint8Array {
  const disk = new Uint8Array(1_000_000 * 512);
  const layout = layoutDisk({
    osId: 'x',
    arch: 'amd64',
    sizes: { slot: 1 << 20, data: 1 << 20, boot: 1 << 20, esp: 64 << 20 },
  });
  const built = writeGpt(partitionTable(layout));
  disk.set(built.primary);
  disk.set(built.backup, layout.size - built.backup.length);
  return disk;
}

describe('disk grow', () => {
  it('writes the backup, then the first copy; after that, nothing any more', () => {
    const disk = enlargedDisk();
    const host = machine({ '/dev/vda': disk }, disk);
    expect(runCommand(['disk', 'grow'], host)).toBe(0);
    expect(host.calls.filter((call) => !call.startsWith('readlink'))).toEqual([
      expect.stringMatching(/^dd .* bs=16896 seek=511983104 /),
      expect.stringMatching(/^dd .* bs=17408 seek=0 /),
      'partx --update --nr 10 /dev/vda',
      'resize2fs /dev/vda10',
    ]);
    expect(host.printed).toEqual([expect.stringMatching(/^the data partition has grown to \d+ MiB$/)]);
    expect(disk.slice(1024 + 256 + 16, 1024 + 256 + 32)).toEqual(ownGuid);
    // Of the data partition, with it the record, nothing but the table is left.
    host.files.delete('/var/lib/catamaran/grown');
    for (const time of ['the record lost', 'the record there']) {
      host.calls.length = 0;
      host.files.set('/dev/urandom', new Uint8Array(16).fill(time.length));
      expect(runCommand(['disk', 'grow'], host)).toBe(0);
      expect(host.calls.filter((call) => call.startsWith('dd'))).toEqual([]);
    }
    expect(host.calls.filter((call) => !call.startsWith('readlink'))).toEqual([]);
  });

  it('grows again whenever its disk has, and says so where there is nothing to do', () => {
    const disk = new Uint8Array(1_200_000 * 512);
    disk.set(enlargedDisk());
    const host = machine({ '/dev/vda': disk }, disk);
    runCommand(['disk', 'grow'], host);
    host.calls.length = 0;
    expect(runCommand(['disk', 'grow'], host)).toBe(0);
    expect(host.printed.at(-1)).toBe('the data partition reaches to the end of its disk already');
    host.files.set('/sys/class/block/vda/size', '1200000\n');
    expect(runCommand(['disk', 'grow'], host)).toBe(0);
    expect(host.calls.filter((call) => !call.startsWith('readlink'))).toEqual([
      expect.stringMatching(/^dd .* bs=16896 seek=614383104 /),
      expect.stringMatching(/^dd .* bs=17408 seek=0 /),
      'partx --update --nr 10 /dev/vda',
      'resize2fs /dev/vda10',
    ]);
    expect(host.files.get('/var/lib/catamaran/grown')).toBe('1200000\n');
  });

  it('mends a damaged copy at any boot, and says so', () => {
    const disk = enlargedDisk();
    const host = machine({ '/dev/vda': disk }, disk);
    runCommand(['disk', 'grow'], host);
    const whole = disk.slice(0, 34 * 512);
    disk[512 + 16]! ^= 1;
    expect(runCommand(['disk', 'grow'], host)).toBe(0);
    expect(disk.slice(0, 34 * 512)).toEqual(whole);
    expect(host.printed.at(-1)).toBe(
      'the primary copy of the partition table was damaged and has been mended',
    );
  });

  it('leaves a disk alone whose table it does not understand, and tries again next time', () => {
    const host = machine({ '/dev/vda': new Uint8Array(1_000_000 * 512) });
    expect(runCommand(['disk', 'grow'], host)).toBe(5);
    expect(host.printed[0]).toContain('the partition table is damaged');
    expect(host.calls.filter((call) => !call.startsWith('readlink'))).toEqual([]);
    expect(host.files.has('/var/lib/catamaran/grown')).toBe(false);
  });

  it('leaves a disk with large sectors alone', () => {
    const host = machine({ '/sys/class/block/vda/queue/logical_block_size': '4096\n' });
    expect(runCommand(['disk', 'grow'], host)).toBe(6);
    expect(host.printed[0]).toContain('no sectors of 512 bytes');
  });

  it('says so where /var is in memory', () => {
    const host = machine({ '/proc/self/mounts': 'tmpfs /var tmpfs rw 0 0\n' });
    expect(runCommand(['disk', 'grow'], host)).toBe(6);
    expect(host.printed[0]).toContain('/var is not on a partition');
  });
});
