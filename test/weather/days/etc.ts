// Nonsense in what a boot reads of /etc. All of it at once, before one boot.
import { expect } from 'vitest';
import type { Day } from '../day.ts';

/** 64 KiB that are no text. */
const noise = (path: string) => `head -c 65536 /dev/urandom >${path}`;
const write = (path: string, text: string) =>
  `mkdir -p ${path.slice(0, path.lastIndexOf('/'))} && printf '${text}' >${path}`;
const notices = async ({ status }: Parameters<NonNullable<Day['holds']>>[0]) =>
  (await status()).notices.join('\n');

/** A day whose harm is one line of a shell, before a boot. */
const day = (name: string, line: string, more: Partial<Day> = {}): Day => ({
  name,
  harm: ({ run }) => run(line),
  ...more,
});

export const etcDays: readonly Day[] = [
  day(
    'sysctl.d: a module that is not there, a value out of range, no setting at all',
    write(
      '/etc/sysctl.d/99.conf',
      'net.netfilter.nf_conntrack_max = 9\\nvm.swappiness = 1000\\nnonsense\\nvm.swappiness = 7\\n',
    ),
    {
      sample: true,
      async holds(machine) {
        const said = await notices(machine);
        expect(said).toMatch(/99.conf:1: net.netfilter.nf_conntrack_max/);
        expect(said).toMatch(/99.conf:2: vm.swappiness = 1000 was refused/);
        expect(said).toMatch(/99.conf:3: nonsense is no setting/);
        expect(await machine.run('cat /proc/sys/vm/swappiness')).toBe('7');
      },
    },
  ),
  day(
    'modules-load.d: a module that is not there',
    write('/etc/modules-load.d/x.conf', 'no_such_module\\n'),
    {
      sample: true,
      holds: async (machine) => expect(await notices(machine)).toContain('no_such_module cannot be loaded'),
    },
  ),
  day('hostname: of 300 bytes', 'head -c 300 /dev/zero | tr "\\0" a >/etc/hostname', {
    sample: true,
    holds: async ({ run }) => expect(await run('hostname')).toBe('weather'),
  }),
  day('hosts: noise', noise('/etc/hosts'), { sample: true }),
  day('resolv.conf: a directory', 'rm -f /etc/resolv.conf && mkdir /etc/resolv.conf'),
  day('nsswitch.conf: noise', noise('/etc/nsswitch.conf')),
  day('machine-id: empty', ': >/etc/machine-id', {
    sample: true,
    holds: async ({ run }) => expect(await run('cat /etc/machine-id')).toMatch(/^[0-9a-f]{32}$/),
  }),
  day('group: noise', noise('/etc/group')),
  day('shadow: empty', ': >/etc/shadow'),
  day('passwd: a line of noise behind root', 'head -c 300 /dev/urandom >>/etc/passwd'),
  day('fstab: a disk that is not there', write('/etc/fstab', '/dev/nope /nope ext4 defaults 0 1\\n')),
  day('profile.d: no shell script', write('/etc/profile.d/x.sh', 'if then fi (\\n'), { sample: true }),
  day('issue and motd: noise', `${noise('/etc/issue')}; ${noise('/etc/motd')}`),
  day('update.yml: noise', `mkdir -p /etc/catamaran && ${noise('/etc/catamaran/update.yml')}`),
  day('authorized_keys.d: mode 0777, and a file of noise', noise('/etc/ssh/authorized_keys.d/nobody'), {
    last: 'chmod 0777 /etc/ssh/authorized_keys.d/*',
    holds: async (machine) =>
      expect(await notices(machine)).toContain('others could write to /etc/ssh/authorized_keys.d/nobody'),
  }),
  day('an /etc/ld.so.preload of nothing that is there', write('/etc/ld.so.preload', '/nope.so\\n')),
];
