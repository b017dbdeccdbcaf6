// component:sysctl: each line is tried, and what is refused is named and stops nothing.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../components/sysctl/rootfs/usr/bin/apply-sysctl');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-sysctl-'));
  for (const path of ['own', 'host', 'kernel/vm', 'kernel/net/ipv4/conf/eth0.1'])
    await mkdir(join(directory, path), { recursive: true });
  for (const name of ['vm/swappiness', 'net/ipv4/ip_forward', 'net/ipv4/conf/eth0.1/rp_filter'])
    await writeFile(join(directory, 'kernel', name), '0\n');
  // What a kernel does that does not like a value.
  await symlink('/dev/full', join(directory, 'kernel/vm/refused'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function apply(own: string, host: string) {
  await writeFile(join(directory, 'own/50-defaults.conf'), own);
  await writeFile(join(directory, 'host/99-mine.conf'), host);
  const { status, stdout, stderr } = spawnSync('sh', [program, 'own', 'host', 'kernel'], {
    cwd: directory,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.split('\n').slice(0, -1);
}

const setting = async (name: string) => (await readFile(join(directory, 'kernel', name), 'utf8')).trim();

test('later files win, however a name and a value are written', async () => {
  const host =
    '# a comment\n; one more\n\n vm.swappiness\t=  20  30 \nnet/ipv4/conf/eth0.1/rp_filter=2\nnet.ipv4.ip_forward=1';
  expect(await apply('vm.swappiness = 10\nnot.there = 1\n', host)).toEqual([]);
  expect(await setting('vm/swappiness')).toBe('20 30');
  expect(await setting('net/ipv4/conf/eth0.1/rp_filter')).toBe('2');
  expect(await setting('net/ipv4/ip_forward')).toBe('1');
  await apply('', 'net.ipv4.conf.eth0/1.rp_filter = 1\n');
  expect(await setting('net/ipv4/conf/eth0.1/rp_filter')).toBe('1');
});

test('what the kernel does not have, what it refuses and what is no setting are named, and the rest counts', async () => {
  const lines = await apply(
    '',
    'net.netfilter.nf_conntrack_max = 5\nvm.refused = 1000\nnonsense\n-vm.nope = 1\n-vm.refused=2\nkernel.x = $(reboot) *\nvm = 1\nvm.swappiness = 7\n',
  );
  expect(lines).toEqual([
    expect.stringMatching(
      /^warning: host\/99-mine.conf:1: net.netfilter.nf_conntrack_max = 5 is a setting that this kernel does not have/,
    ),
    expect.stringMatching(/^warning: host\/99-mine.conf:2: vm.refused = 1000 was refused: /),
    'warning: host/99-mine.conf:3: nonsense is no setting: NAME = VALUE',
    expect.stringMatching(/^warning: host\/99-mine.conf:6: kernel.x = \$\(reboot\) \* is a setting/),
    expect.stringMatching(/^warning: host\/99-mine.conf:7: vm = 1 is a setting/),
  ]);
  expect(await setting('vm/swappiness')).toBe('7');
});
