// What a part takes at rest, asked of its machine, and kept in components/measured.json.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Measured, measuredFile, readMeasured } from '../../src/component/measured.ts';
import { listeningSockets, socketTables } from './listening-sockets.ts';
import type { PartsMachine } from './parts.ts';

const repository = join(import.meta.dirname, '../..');

export async function measurePart(
  name: string,
  processes: readonly string[],
  { run }: Pick<PartsMachine, 'run'>,
): Promise<void> {
  const lines = (
    await run(
      'for p in /proc/[0-9]*; do read -r name <$p/comm; line=$(tr "\\0" " " <$p/cmdline); ' +
        `case "$name $line" in ${['-', ...processes].map((each) => `"${each}"*`).join('|')}) ` +
        'grep VmRSS $p/status; ls -l $p/fd | grep -o "socket:.*";; esac; done 2>/dev/null; true',
    )
  ).split('\n');
  const kilobytes = lines.map((line) => Number(/^VmRSS:\s+(\d+)/.exec(line)?.[1] ?? 0));
  const inodes = new Set(lines.flatMap((line) => /^socket:\[(\d+)\]$/.exec(line)?.[1] ?? []));
  const listens = listeningSockets(await run(`cat ${socketTables}`), inodes);
  const measured: Measured = {
    size: await sizeOf(name),
    ...(processes.length > 0 && { memory: kilobytes.reduce((a, b) => a + b, 0) * 1024 }),
    ...(listens.length > 0 && { listens }),
  };
  const root = join(repository, 'components');
  const all = { ...(await readMeasured(root)), [name]: measured };
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(join(root, measuredFile), `${JSON.stringify(sorted, null, 2)}\n`);
}

/** Of its layer, unpacked. */
async function sizeOf(name: string): Promise<number> {
  const run = (...args: string[]) =>
    execa(process.execPath, ['bin/catamaran.js', ...args], { cwd: repository });
  await run('component', 'build', `./components/${name}`);
  const { stdout } = await run('image', 'inspect', `./components/${name}`, '--json');
  return JSON.parse(stdout.split('\n').at(-1)!).result.layers[0].size;
}
