// Disks and links that change while the machine runs.

import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { Day } from '../day.ts';
import { freePort } from '../machine.ts';

const KiB = 1024;
const larger = 1536 * KiB * KiB;

export const deviceDays: readonly Day[] = [
  {
    name: 'the disk becomes larger while the machine runs',
    sample: true,
    harm: ({ machine }) => machine.control.execute('block_resize', { device: 'disk0', size: larger }),
    async holds({ run, machine }) {
      await machine.serial.waitFor(/the data partition has grown to \d+ MiB/, 120_000);
      expect(Number((await run('df -P -k /var | tail -n 1')).split(/\s+/)[1])).toBeGreaterThan(900 * KiB);
      expect(await run('catamaran-agent disk grow')).toContain('to the end of its disk already');
    },
  },
  {
    name: 'the link flaps',
    async harm({ machine }) {
      for (let time = 0; time < 10; time++) {
        await machine.control.execute('set_link', { name: 'card0', up: time % 2 === 1 });
        await sleep(300);
      }
    },
  },
  {
    name: 'the link is gone for a minute',
    async harm({ machine }) {
      await machine.control.execute('set_link', { name: 'card0', up: false });
      await sleep(60_000);
      await machine.control.execute('set_link', { name: 'card0', up: true });
    },
  },
  {
    name: 'the disk takes ten writes a second',
    harm: ({ machine }) => throttle(machine, { iops_wr: 10 }),
    holds: async ({ run, machine }) => {
      await run('echo slow >/var/slow; true');
      await throttle(machine, {});
    },
  },
  {
    name: 'each write to the disk takes ten seconds',
    async harm({ machine, run }) {
      await run('sync');
      await throttle(machine, { bps_wr: 400 });
      await sleep(60_000);
    },
    mend: ({ machine }) => throttle(machine, {}),
  },
  {
    name: 'a disk with another system’s copy of ours is plugged in',
    async harm({ machine, disk }) {
      const copy = `${disk}.copy`;
      await promisify(execFile)('cp', ['--sparse=always', disk, copy]);
      await machine.control.execute('blockdev-add', {
        driver: 'raw',
        'node-name': 'copy',
        file: { driver: 'file', filename: copy },
      });
      await machine.control.execute('device_add', {
        ...{ driver: 'virtio-blk-pci', drive: 'copy', id: 'copydev', bus: freePort },
      });
      await sleep(3000);
    },
    holds: async ({ run }) =>
      expect(await run('grep -c " /var " /proc/self/mounts; cat /run/catamaran/disk')).toMatch(/^1\s+vda$/),
    mend: ({ machine }) => machine.control.execute('device_del', { id: 'copydev' }),
  },
];

function throttle(
  { control }: Parameters<Day['harm']>[0]['machine'],
  limits: { readonly bps_wr?: number; readonly iops_wr?: number },
): Promise<unknown> {
  const none = { bps: 0, bps_rd: 0, bps_wr: 0, iops: 0, iops_rd: 0, iops_wr: 0 };
  return control.execute('block_set_io_throttle', { device: 'disk0', ...none, ...limits });
}
