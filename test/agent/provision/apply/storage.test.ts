// Data disks: what is made, what stays, and what is never touched.
import { expect, test } from 'vitest';
import { applyText, type Case } from '../user-data.ts';

const mebibytes = 64;
const disk = (name: string, size = mebibytes) => ({ [`/sys/class/block/${name}/size`]: `${size * 2048}\n` });
const part = (name: string, parent: string) => ({
  ...disk(name, 10),
  [`/sys/class/block/${name}/partition`]: '1\n',
  [`/sys/class/block/${parent}/${name}/partition`]: '1\n',
});
const blank = { '/dev/vdb': new Uint8Array(4096), ...disk('vdb') };

/** dd writes for real; `readlink` knows where partitions are. */
const machine = (files: Case['files'], more: Case['answers'] = () => undefined): Case => ({
  files: { ...files },
  answers(command) {
    const own = more(command);
    if (own) return own;
    const [program, , path = ''] = command;
    if (program !== 'readlink') return undefined;
    const name = path.split('/').at(-1)!;
    return {
      output: path.startsWith('/sys/') ? `/sys/devices/x/${name.replace(/\d+$/, '')}/${name}\n` : `${path}\n`,
    };
  },
});

test('a blank disk gets a table, its partitions on mebibytes', () => {
  const given = machine({ ...blank, ...part('vdb1', 'vdb'), ...part('vdb2', 'vdb') });
  const applied = applyText('disk_setup: {/dev/vdb: {layout: [25, [75, 82]]}}', {
    ...given,
    answers: (command) => given.answers!(command),
  });
  expect(applied.lines('disks')).toEqual(['applied: the partitions of /dev/vdb']);
  expect(applied.host.calls.filter((call) => call.startsWith('dd'))).toEqual([
    expect.stringContaining(`of=/dev/vdb bs=16896 seek=${(mebibytes * 2048 - 33) * 512} `),
    expect.stringContaining('of=/dev/vdb bs=17408 seek=0 '),
  ]);
  expect(applied.host.calls).toContain('blockdev --rereadpt /dev/vdb');
});

test('a disk that has a table keeps it, unless its data may be lost', () => {
  const sector = new Uint8Array(512);
  sector.set([0x55, 0xaa], 510);
  const files = { ...blank, '/dev/vdb': sector, ...part('vdb1', 'vdb') };
  const kept = applyText('disk_setup: {/dev/vdb: {layout: true}}', machine(files));
  expect(kept.lines()).toEqual(['unchanged: the partitions of /dev/vdb']);
  expect(kept.host.calls.join()).not.toContain('dd if');
  const lost = applyText('disk_setup: {/dev/vdb: {layout: true, overwrite: true}}', machine(files));
  expect(lost.lines()).toEqual(['applied: the partitions of /dev/vdb']);
});

test.each([
  [
    'disk_setup: {/dev/vda: {layout: true, overwrite: true}}',
    { ...disk('vda') },
    'is on the disk that the system is on',
  ],
  [
    'fs_setup: [{device: /dev/vda9, filesystem: ext4, overwrite: true}]',
    { ...disk('vda'), ...part('vda9', 'vda') },
    'is on the disk that the system is on',
  ],
  [
    'disk_setup: {/dev/vdb: {layout: true, overwrite: true}}',
    { ...blank, ...part('vdb1', 'vdb'), '/proc/self/mounts': '/dev/vdb1 /srv ext4 rw 0 0\n' },
    '/dev/vdb1 is in use, on /srv',
  ],
  ['disk_setup: {/dev/vdz: {layout: true}}', {}, 'there is no device /dev/vdz'],
])('%s is refused', (text, files, why) => {
  const { host, lines } = applyText(text, machine(files));
  expect(lines()).toEqual([expect.stringMatching(/^failed: /)]);
  expect(lines()[0]).toContain(why);
  expect(host.calls.filter((call) => /^(dd|mkfs|mk)/.test(call))).toEqual([]);
});

test('a file system is made where there is none, by a program that the image has', () => {
  const text = 'fs_setup: [{device: /dev/vdb, partition: auto, filesystem: ext4, label: data}]';
  const files = { ...blank, ...part('vdb1', 'vdb') };
  const made = applyText(text, machine(files));
  expect(made.lines()).toEqual(['applied: ext4 on /dev/vdb']);
  expect(made.host.calls).toContain('mkfs.ext4 -q -F -L data /dev/vdb1');
  const there = machine(files, (command) =>
    command[0] === 'blkid' ? { output: '/dev/vdb1: TYPE="xfs"\n' } : undefined,
  );
  expect(applyText(text, there).lines()).toEqual(['unchanged: ext4 on /dev/vdb']);
  const lacking = machine(files, (command) => (command[0] === 'mkfs.ext4' ? { status: 127 } : undefined));
  expect(applyText(text, lacking).lines()[0]).toMatch(
    /^failed: .* the image has no mkfs.ext4. Add component:mkfs/,
  );
});

test('mounts are there at each boot, by label too; what is of the network waits for it', () => {
  const text = `
mounts:
  - ["LABEL=data", /var/data, ext4, "noatime,nofail"]
  - ["192.0.2.1:/export", /srv/nfs, nfs, "_netdev,ro"]
  - [/dev/vdb1, /srv/later, auto, noauto]
`;
  const given = machine({ ...blank, ...part('vdb1', 'vdb') }, (command) =>
    command[0] === 'findfs' ? { output: '/dev/vdb1\n' } : undefined,
  );
  const { host, lines } = applyText(text, { ...given, newInstance: false });
  expect(lines('mounts')).toEqual([
    'applied: LABEL=data on /var/data',
    'unchanged: /dev/vdb1 on /srv/later is not mounted: noauto',
  ]);
  expect(lines('remote mounts')).toEqual(['applied: 192.0.2.1:/export on /srv/nfs']);
  expect(host.calls).toContain('timeout -k 5 60 mount -t ext4 -o noatime /dev/vdb1 /var/data');
  expect(host.calls).toContain('timeout -k 5 60 mount -t nfs -o ro 192.0.2.1:/export /srv/nfs');
});

test('a swap file is made once and used at each boot', () => {
  const { host, lines } = applyText('swap: {filename: /var/swap, size: auto}');
  expect(lines()).toEqual(['applied: swap in /var/swap']);
  expect(host.readText('/var/swap')).toBe(`${1 << 30}\n`);
  expect(host.mode('/var/swap')).toBe('0600');
  expect(host.calls).toContain('swapon /var/swap');
  host.writeFile('/proc/swaps', '/var/swap file 1024 0 -2\n');
  expect(applyText('swap: {filename: /var/swap}', { host }).lines()).toEqual([
    'unchanged: swap in /var/swap',
  ]);
});
