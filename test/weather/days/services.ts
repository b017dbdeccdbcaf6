// Services that misbehave, and the machine's own processes ended by somebody.
import { expect } from 'vitest';
import type { Day } from '../day.ts';

const forkedAway = 'ps | grep -c "[s]leep 100077$" || true';

export const serviceDays: readonly Day[] = [
  {
    name: 'a process that forks away from a service and ignores its signal',
    async harm({ run }) {
      const fork = 'trap "" TERM HUP; setsid sleep 100077 &';
      await run(`(crun exec eater /bin/sh -c '${fork}') </dev/null >/dev/null 2>&1 & sleep 5`);
      expect(await run(forkedAway)).toBe('1');
    },
    // It ends with the service's container.
    async holds({ run }) {
      await run('sv -w 30 restart /run/service/eater');
      expect(await run(forkedAway)).toBe('0');
    },
  },
  {
    name: 'a service says as much as it can',
    harm: ({ run }) => run(`(crun exec eater /bin/sh -c 'timeout 20 yes >/proc/1/fd/1') >/dev/null 2>&1 &`),
    async holds({ run, status }) {
      await run('sleep 15');
      const { logs } = (await status()).resources;
      expect(logs!.used).toBeLessThanOrEqual(logs!.limit! + 1024);
    },
  },
  {
    name: 'a service is ended ten times a second',
    harm: ({ run }) =>
      run('(for i in $(seq 150); do sv kill /run/service/eater; usleep 100000; done) >/dev/null 2>&1 &'),
    holds: async ({ run }) =>
      expect(await run('sleep 12; cat /run/service/eater/restarts')).toMatch(/^[1-9]/),
  },
  {
    name: 'the loggers are ended',
    sample: true,
    harm: ({ run }) => run('killall -KILL svlogd; sleep 5'),
    holds: async ({ run }) => expect(await run('pidof svlogd | wc -w')).toMatch(/^[5-9]/),
  },
  {
    name: 'the supervisors are ended',
    harm: ({ run }) => run('killall -KILL runsv; sleep 15'),
    holds: async ({ run }) => expect(await run('pidof runsv | wc -w')).not.toBe('0'),
  },
  {
    name: 'what feeds the watchdog is ended',
    harm: ({ run }) => run('kill -KILL $(cat /run/catamaran/feeder); sleep 5'),
    holds: async ({ run }) =>
      expect(await run('kill -0 $(cat /run/catamaran/feeder) && echo fed')).toBe('fed'),
  },
  {
    name: 'what says that a boot came up is ended before it has',
    harm: ({ run }) =>
      run(
        'rm /run/catamaran/settled; sv up /run/service/_settle; sleep 8; sv kill /run/service/_settle; sleep 1',
      ),
    holds: ({ run }) =>
      run('for i in $(seq 180); do [ ! -e /run/catamaran/settled ] || exit 0; sleep 1; done; exit 1'),
  },
];
