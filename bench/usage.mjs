// Loaded into a measured process (`node --import`): says at its end what the process and the children that it waited for
// have used. Linux only: proc(5).
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.env.BENCH_USAGE) {
  process.on('exit', () => {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // Fields 14 to 17: utime, stime, cutime, cstime, in ticks of 10 ms.
    const ticks = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
      .map(Number);
    const written = /^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'latin1'));
    const usage = {
      user: (ticks[0] + ticks[2]) / 100,
      system: (ticks[1] + ticks[3]) / 100,
      written: Number(written[1]),
    };
    writeFileSync(process.env.BENCH_USAGE, JSON.stringify(usage));
  });
}
