// The boot work that any init asks for once: its order, that a failure is said and passed over, and the one that is not.
import { expect, test } from 'vitest';
import type { Finished } from '../../../src/agent/host/host.ts';
import { memoryHost } from '../memory-host.ts';
import { runCommand } from '../run-command.ts';

const files = {
  '/proc/self/mounts':
    'proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n/dev/vda10 /var ext4 rw 0 0\n',
  '/proc/sys/kernel/random/uuid': '01234567-89ab-4cde-8f01-23456789abcd\n',
  '/etc/os-release': 'NAME=x\nID="lighthouse"\n',
  '/run/catamaran/data': 'memory\n',
  '/tmp/x': '',
  '/dev/pts/ptmx': '',
  '/sys/fs/cgroup/cgroup.procs': '',
  '/sys/kernel/debug/x': '',
  '/var/lib/x': '',
  '/var/log/x': '',
  '/containers/volumes/data/lower/x': '',
};

function boot(
  answers: (command: string) => Partial<Finished> | undefined = () => undefined,
  extra: Record<string, string> = {},
) {
  const host = memoryHost({ ...files, ...extra }, (words) => {
    const command = words.join(' ');
    const date = command === 'date +%s' ? '100\n' : command === 'date -r / +%s' ? '200\n' : undefined;
    const answer = answers(command) ?? (date === undefined ? undefined : { output: date });
    return answer && { status: 0, output: '', ...answer };
  });
  return { status: runCommand(['boot'], host), host };
}

const firstWords = (calls: readonly string[]) =>
  calls.map(
    (call) =>
      /catamaran-agent|clock-floor|modprobe|urandom|mount|mkdir|chmod|hostname|date|lo up|ln|^stat/.exec(
        call,
      )?.[0],
  );

test('file systems, drivers, clock, directories, slots, identity, randomness, loopback, volumes', () => {
  const { status, host } = boot();
  expect(status).toBe(0);
  const order = firstWords(host.calls).filter((word, at, all) => word !== all[at - 1]);
  expect(order).toEqual([
    ...['mount', 'ln', 'modprobe', 'date', 'clock-floor', 'mkdir', 'chmod', 'ln'],
    ...['catamaran-agent', 'hostname', 'stat', 'urandom', 'lo up', 'mount'],
  ]);
  expect(host.printed).toEqual([]);
});

test('a file system is mounted where the kernel has a place for it, and nothing is there', () => {
  const { host } = boot();
  expect(host.calls).toContain('mount -a -T /run/catamaran/fstab');
  const table = String(host.files.get('/run/catamaran/fstab')).trim().split('\n');
  expect(table.map((line) => line.split(' ')[1])).toEqual(['/tmp', '/dev/pts', '/sys/kernel/debug']);
});

test('the kernel keeps free what it would without huge pages', () => {
  const reserve = (extra: Record<string, string>) =>
    boot(undefined, extra).host.files.get('/proc/sys/vm/min_free_kbytes');
  expect(reserve({ '/proc/meminfo': 'MemTotal:         990160 kB\nMemAvailable:     838512 kB\n' })).toBe(
    '3980\n',
  );
  expect(reserve({})).toBeUndefined();
});

test('what is in the place of a directory of ours is set aside', () => {
  let failures = 0;
  const { host } = boot((command) =>
    command.startsWith('mkdir -m 0755 ') && ++failures <= 2
      ? { status: 1, output: 'File exists' }
      : undefined,
  );
  const first = host.calls.findIndex((call) => call.startsWith('mkdir -m 0755 '));
  expect(host.calls.slice(first + 1, first + 5)).toEqual([
    'mkdir -m 0755 /var/cache',
    'mv -f /var/cache /var/cache.aside',
    'mkdir -m 0755 /var/cache',
    'mkdir -m 0755 /var/home',
  ]);
});

test('what there is in /var stays as it is', () => {
  const [made] = boot().host.calls.filter((call) => call.startsWith('mkdir -m 0755'));
  const names = ['cache', 'home', 'opt', 'spool', 'srv', 'tmp', 'usrlocal', 'roothome', 'lib/catamaran'];
  expect(made).toBe(`mkdir -m 0755 ${names.map((name) => `/var/${name}`).join(' ')}`);
});

test('the clock is raised to what is past for certain, and people are told', () => {
  const { host } = boot((command) =>
    command.includes('clock-floor') ? { output: '1750000000\n' } : undefined,
  );
  expect(host.calls).toContain('/usr/lib/catamaran/clock-floor 100 200 /var/lib/catamaran/tuf/clock.json');
  expect(host.calls).toContain('date -s @1750000000');
  expect(host.printed).toEqual([
    'the clock said 1970-01-01T00:01:40Z; raised to 2025-06-15T15:06:40Z, which is past for certain',
  ]);
});

test('the name is the own one, or the one of the system; the id is made once', () => {
  const { host } = boot();
  expect(host.calls).toContain('hostname lighthouse');
  expect(host.files.get('/etc/machine-id')).toBe('0123456789ab4cde8f0123456789abcd\n');
  const again = boot(undefined, {
    '/etc/hostname': 'ship\nshore\n',
    '/etc/machine-id': `${'0a'.repeat(16)}\n`,
  }).host;
  expect(again.calls).toContain('hostname ship');
  const strange = boot(undefined, {
    '/etc/hostname': `${'a'.repeat(300)}\n`,
    '/etc/machine-id': 'abc\n',
  }).host;
  expect(strange.calls).toContain('hostname lighthouse');
  expect(strange.printed).toEqual([expect.stringMatching(/^\/etc\/hostname: "a+" is no name for a host$/)]);
  expect(strange.files.get('/etc/machine-id')).toBe('0123456789ab4cde8f0123456789abcd\n');
  expect(again.files.get('/etc/machine-id')).toBe(`${'0a'.repeat(16)}\n`);
});

test('what the account of the slots says is passed on, and the disk grows only where there is one', () => {
  const { host } = boot((command) =>
    command === 'catamaran-agent account' ? { status: 1, output: 'slot B was left\nfor good\n' } : undefined,
  );
  expect(host.printed).toEqual(['slot B was left', 'for good']);
  const onDisk = boot(undefined, { '/run/catamaran/data': 'disk\n', '/proc/self/mounts': '' }).host;
  expect(onDisk.printed).toEqual([
    'the data partition stays as it is: /var is not on a partition: not mounted',
  ]);
});

test('whatever fails before the volumes is said, and the boot goes on', () => {
  const { status, host } = boot((command) =>
    /^mount -o|^catamaran-agent/.test(command) ? undefined : { status: 1, output: 'broken' },
  );
  expect(status).toBe(0);
  expect(host.printed).toContain('the clock stays as it is: date +%s ended with status 1: broken');
  expect(host.printed).toContain(
    '/var lacks a directory: mkdir -m 0755 /var/cache ended with status 1: broken',
  );
  expect(host.calls).toContain('mount -o remount,bind,ro /containers/volumes/data/merged');
});

const key = `ssh-ed25519 ${'A'.repeat(68)} catamaran`;
const firmware = '/sys/firmware/qemu_fw_cfg/by_name/opt/org.catamaran/login/raw';

test('root is let in where `catamaran run` has asked for it, for this boot, and nowhere else', () => {
  expect(boot().host.files.has('/run/catamaran/login/root')).toBe(false);
  const { host } = boot(undefined, { [firmware]: key });
  expect(host.files.get('/run/catamaran/login/root')).toBe(`${key}\n`);
  expect(host.printed).toEqual([
    'catamaran run: in this boot root may log in, on the console without a password',
  ]);
});

test.each(['ssh-rsa AAAA x', `command="x" ${key}`, `${key}\n${key}`, ''])('%j is no such key', (text) => {
  const { host, status } = boot(undefined, { [firmware]: text });
  expect(status).toBe(0);
  expect(host.files.has('/run/catamaran/login/root')).toBe(false);
  expect(host.printed.join()).toContain('nobody is let in by "catamaran run"');
});

test('a volume that cannot be mounted ends the boot', () => {
  const { status, host } = boot((command) =>
    command.startsWith('mount -o bind') ? { status: 32, output: 'no such device' } : undefined,
  );
  expect(status).toBe(6);
  expect(host.printed.at(-1)).toContain('the volumes cannot be mounted: mount -o bind');
});

test.each<[string, Record<string, string>, boolean, boolean]>([
  ['a live system that is told so by the kernel’s argument', { '/run/catamaran/live': 'sr0\n' }, true, false],
  ['a live system beside a config volume', { '/run/catamaran/live': 'sr0\n' }, false, true],
  ['a live system that is told nothing', { '/run/catamaran/live': 'sr0\n' }, false, false],
  ['an installed machine, whatever it is told', {}, true, true],
])('%s', (name, extra, byArgument, byVolume) => {
  const cmdline = byArgument ? 'quiet catamaran.install=auto\n' : 'quiet\n';
  const { host } = boot(
    (command) => (command.startsWith('findfs') ? { status: byVolume ? 0 : 1 } : undefined),
    { ...extra, '/proc/cmdline': cmdline },
  );
  const installs = host.calls.filter((call) => call === 'catamaran-agent install --unattended');
  expect([name, installs.length]).toEqual([name, byArgument !== byVolume ? 1 : 0]);
});

test('user-data is applied where there is a program for it, but not in a safe boot', () => {
  const provisioner = { '/usr/lib/catamaran/provision.js': '' };
  const applied = (more: Record<string, string>) =>
    boot(undefined, { ...provisioner, ...more }).host.calls.filter((call) => call.includes('provision'));
  expect(applied({})).toHaveLength(1);
  expect(applied({ '/run/catamaran/safe': '3 boots\n' })).toEqual([]);
});
