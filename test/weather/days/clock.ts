// A clock that is wrong: everything that waits goes by the time since boot.
import type { Day } from '../day.ts';

/** A service that is ended comes back, be its pause as long as the days before have made it. */
const runs = async ({ run }: Parameters<Day['harm']>[0]) => {
  const service = '/run/service/eater';
  const restarts = `cat ${service}/restarts 2>/dev/null || echo 0`;
  const isBack = `[ "$(${restarts})" != ${await run(restarts)} ] && [ "$(cat ${service}/state)" = running ]`;
  await run(`sv -w 10 kill ${service}; for i in $(seq 120); do ${isBack} && exit; sleep 1; done; exit 1`);
};
const mend: Day['mend'] = ({ run }) => run(`date -s @${Math.floor(Date.now() / 1000)}`);

export const clockDays: readonly Day[] = [
  { name: 'the clock says 1970', sample: true, harm: ({ run }) => run('date -s @10'), holds: runs, mend },
  { name: 'the clock says 2106', harm: ({ run }) => run('date -s @4294967290'), holds: runs, mend },
  {
    name: 'the clock jumps back an hour, again and again',
    harm: ({ run }) =>
      run('for i in $(seq 10); do date -s @$(($(date +%s) - 3600)) >/dev/null; sleep 1; done'),
    holds: runs,
    mend,
  },
];
