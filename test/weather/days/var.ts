// Something else on /var than what is expected there, before a boot; and a /var that takes no more, while it runs.
import { expect } from 'vitest';
import type { Day } from '../day.ts';

const inTheWay = (path: string): Day => ({
  name: `a file where ${path} should be`,
  harm: ({ run }) => run(`rm -rf ${path} && echo in the way >${path}`),
  holds: async ({ run }) => expect(await run(`test -d ${path} && cat ${path}.aside`)).toContain('in the way'),
});

export const varBootDays: readonly Day[] = [
  inTheWay('/var/log'),
  inTheWay('/var/lib/catamaran'),
  { ...inTheWay('/var/lib/dhcpcd'), sample: true },
  {
    name: 'a directory where a file of ours should be: the random seed',
    harm: ({ run }) => run('rm -f /var/lib/random-seed; mkdir -p /var/lib/random-seed/x'),
  },
  {
    name: 'host keys: one cut off, one that all can read',
    sample: true,
    harm: ({ run }) =>
      run(
        'cd /var/lib/ssh && head -c 50 ssh_host_ed25519_key >x && mv x ssh_host_ed25519_key && chmod 0777 ssh_host_ecdsa_key',
      ),
  },
];

const whileLogsGo = async ({ run, status }: Parameters<Day['harm']>[0]) => {
  // Longer than a pipe holds what chatty says.
  for (let connection = 0; connection < 5; connection++) expect(await run('echo in')).toBe('in');
  expect(await run('cat /run/service/chatty/state')).toBe('running');
  return status();
};

export const varDays: readonly Day[] = [
  {
    name: '/var full of data: no service waits for its log, and what is lost is counted',
    sample: true,
    harm: ({ run }) =>
      run(
        'dd if=/dev/zero of=/var/fill bs=1M 2>/dev/null; dd if=/dev/zero of=/var/fill2 bs=1k 2>/dev/null; sleep 10; true',
      ),
    async holds(machine) {
      const { resources } = await whileLogsGo(machine);
      expect(resources.dropped.chatty).toBeGreaterThan(0);
      expect(resources.disk?.free).toBeLessThan(1024);
    },
    async mend({ run }) {
      await run('rm /var/fill /var/fill2; sleep 8');
      const before = await run('wc -c </var/log/chatty/current');
      await run('sleep 3');
      expect(await run('wc -c </var/log/chatty/current')).not.toBe(before);
    },
  },
  {
    name: '/var full of inodes',
    harm: ({ run }) => run('mkdir /var/many && cd /var/many && seq 200000 | xargs touch 2>/dev/null; true'),
    holds: whileLogsGo,
    // On a slow machine what makes them goes on for some time.
    mend: ({ run }) => run('killall -q xargs touch; until rm -r /var/many; do sleep 1; done'),
  },
  {
    name: '/var read-only',
    harm: ({ run }) => run('mount -o remount,ro /var; sleep 5'),
    holds: whileLogsGo,
    mend: ({ run }) => run('mount -o remount,rw /var'),
  },
  {
    // By the kernel's own means of trying that (ext4's trigger_fs_error).
    name: '/var read-only by errors of its file system, and a reboot',
    async harm({ run, try: attempt }) {
      await run(
        'mount -o remount,errors=remount-ro /var; for file in /sys/fs/ext4/*/trigger_fs_error; do echo 1 >$file; done; sleep 5',
      );
      // The kernel goes on calling it rw.
      expect(await attempt('touch /var/new')).toMatch(/Input\/output error/);
    },
    async holds(machine) {
      await whileLogsGo(machine);
      await machine.reboot();
      await machine.run('touch /var/new');
      expect((await machine.status()).resources.disk?.inMemory).toBe(false);
    },
  },
  {
    name: '/var full to the last block, by root of the host, and a reboot',
    async harm({ run, reboot }) {
      await run(
        'for size in 1M 4k 1k; do dd if=/dev/zero of=/var/fill.$size bs=$size 2>/dev/null; done; df -k /var; true',
      );
      await reboot();
    },
    holds: async ({ run, status }) => {
      expect((await status()).resources.disk?.free).toBeLessThan(2048);
      expect(await run('cat /run/service/chatty/state')).toBe('running');
    },
    mend: ({ run }) => run('rm /var/fill.*'),
  },
];
