// Memory, processes and what else a workload may use up.
import { expect } from 'vitest';
import type { Day } from '../day.ts';

const inEater = (script: string) => `crun exec eater /bin/sh -c '${script}'`;
/** Of those without CAP_SYS_ADMIN. */
const filesLeft = 'read -r used _ all </proc/sys/fs/file-nr; echo $((all - used))';
const background = (script: string) => `(${script}) >/dev/null 2>&1 &`;

export const memoryDays: readonly Day[] = [
  {
    name: 'a container writes 600 MB into its root',
    sample: true,
    harm: async (machine) =>
      expect(await machine.try(inEater('dd if=/dev/zero of=/fill bs=1M count=600'))).toMatch(/No space left/),
    mend: ({ run }) => run(inEater('rm /fill')),
  },
  {
    name: '/run, /tmp and /dev/shm are full, all at once',
    sample: true,
    harm: ({ run }) =>
      run(
        'for place in /run /tmp /dev/shm; do dd if=/dev/zero of=$place/fill bs=64k 2>/dev/null; done; true',
      ),
    holds: async ({ status }) => expect((await status()).resources.memory!.free).toBeGreaterThan(150_000),
    mend: ({ run }) => run('rm -f /run/fill /tmp/fill /dev/shm/fill'),
  },
  {
    name: 'a container takes all the memory that there is',
    harm: ({ run }) => run(background(inEater('tail -c 2000000000 /dev/zero'))),
    async holds({ run }) {
      await run('sleep 20');
      expect(await run('pidof runsvdir sshd | wc -w')).toMatch(/^[2-9]/);
    },
    mend: ({ try: attempt }) => attempt('killall -KILL tail'),
  },
  {
    name: 'a fork bomb in a container',
    harm: ({ run }) => run(background(inEater('f() { f | f & }; f; sleep 60'))),
    holds: ({ run }) => run('sleep 10'),
    mend: ({ run }) => run('sv restart /run/service/eater; sleep 5; true'),
  },
  {
    name: 'a container opens as many files as the kernel has',
    async harm({ run }) {
      const open900 =
        'BEGIN { while (n++ < 900) { path = path "/."; getline line < (path "/bin/sh") } system("sleep 100000") }';
      const processes = `for i in $(seq 200); do awk "${open900.replaceAll('"', '\\"')}" & done; wait`;
      await run(background(inEater(processes)));
      await run(`for i in $(seq 60); do [ "$(${filesLeft})" -lt 1000 ] && break; sleep 3; done`);
    },
    holds: async ({ run }) => expect(Number(await run(filesLeft))).toBeLessThan(1000),
    mend: ({ run }) => run('sv restart /run/service/eater; sleep 5; true'),
  },
  {
    name: 'a container leaves a thousand zombies',
    harm: ({ run }) => run(background(inEater('for i in $(seq 1000); do sleep 0 & done; exec sleep 100000'))),
    mend: ({ run }) => run('sv restart /run/service/eater; sleep 3; true'),
  },
];
