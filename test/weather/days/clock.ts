// A clock that is wrong: everything that waits goes by the time since boot.
import { expect } from 'vitest';
import type { Day } from '../day.ts';

const runs = async ({ run }: Parameters<Day['harm']>[0]) => {
  const before = await run('cat /run/service/eater/restarts 2>/dev/null || echo 0');
  await run('sv -w 10 kill /run/service/eater; sleep 8');
  expect(await run('cat /run/service/eater/restarts')).not.toBe(before);
  expect(await run('cat /run/service/eater/state')).toBe('running');
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
