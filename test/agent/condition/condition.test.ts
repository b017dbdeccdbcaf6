// What `status` shows of disk, memory and logs, and what a person has to know.
import { expect, test } from 'vitest';
import { loadDrivers } from '../../../src/agent/boot/drivers.ts';
import { describeCondition, readCondition } from '../../../src/agent/condition/condition.ts';
import { memoryHost } from '../memory-host.ts';

const files = {
  '/proc/meminfo': 'MemTotal:        1048576 kB\nMemAvailable:     524288 kB\n',
  '/run/catamaran/data': 'disk\n',
  '/run/catamaran/log-limit': '34816\n',
  '/run/catamaran/dropped/web': '4711\n',
  '/run/catamaran/dropped/quiet': '0\n',
  '/run/catamaran/notices/a': 'one\n\ntwo\n',
  '/run/catamaran/notices/b': `${'x'.repeat(400)}\n`.repeat(22),
};
const answers = ([name]: readonly string[]) =>
  name === 'df'
    ? {
        status: 0,
        output:
          'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda10 2097152 1 1048576 1% /var\n',
      }
    : name === 'du'
      ? { status: 0, output: '2048\t/var/log\n' }
      : undefined;

test('as it reads to a person', () => {
  const lines = describeCondition(readCondition(memoryHost(files, answers)));
  expect(lines.slice(0, 6)).toEqual([
    'disk       1024 MiB of 2048 MiB free on /var',
    'memory     512 MiB of 1024 MiB available',
    'logs       2 MiB of at most 34 MiB',
    'dropped    4711 bytes that web said could not be kept',
    'notice     one',
    'notice     two',
  ]);
  expect(lines).toHaveLength(6 + 21);
  expect(lines.at(-1)).toBe('notice     b: and 2 lines more');
});

test('what cannot be asked is left out', () => {
  const broken = memoryHost({}, () => ({ status: 1, output: 'df: no\n' }));
  expect(readCondition(broken)).toEqual({ resources: { dropped: {} }, notices: [] });
});

test('/var in memory is said', () => {
  const host = memoryHost({ ...files, '/run/catamaran/data': 'memory\n' }, answers);
  expect(describeCondition(readCondition(host))[0]).toContain('/var in memory, where it will be lost');
});

test('a module that somebody asks for and that cannot be loaded is named, and the others are tried', () => {
  const host = memoryHost(
    {
      '/usr/lib/modules-load.d/a.conf': 'of-the-image\n',
      '/etc/modules-load.d/a.conf': '# mine\n\nnonsense\nbr_netfilter\n',
      '/etc/modules-load.d/README': 'no\n',
    },
    (command) => (command.includes('nonsense') ? { status: 1, output: '' } : undefined),
  );
  loadDrivers(host);
  expect(host.calls.slice(1)).toEqual([
    'modprobe -a nonsense br_netfilter',
    'modprobe nonsense',
    'modprobe br_netfilter',
  ]);
  expect(host.printed).toEqual(['/etc/modules-load.d/a.conf: the module nonsense cannot be loaded']);
  expect(host.files.get('/run/catamaran/notices/modules')).toBe(`${host.printed[0]}\n`);
});

test('what the components need is loaded by one program, without what the kernel has already', () => {
  const host = memoryHost({
    '/usr/lib/modules-load.d/components.conf': 'overlay\nxt_nat\nveth\n',
    '/sys/module/overlay/refcnt': '1\n',
  });
  loadDrivers(host);
  expect(host.calls.slice(1)).toEqual(['modprobe -a xt_nat veth']);
  expect(host.printed).toEqual([]);
});
