// Size, memory and boot of each style of examples/, for the table of docs/styles.md, whose rows this writes: `npm run measure:styles`,
// or `node bench/run.mjs styles NAME…` for some. The machine's clock counts instructions (QEMU's icount, 4 ns each), so that the load
// of this host hardly counts; it begins when the loader has handed over.
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatSize } from '../src/base/size.ts';
import { buildSpec } from '../src/output/build.ts';
import { makeHouse, type Style, type StyleMachine } from '../test/boot/styles/style.ts';
import { styles } from '../test/boot/styles/table.ts';
import { testContext } from '../test/support/context.ts';
import { examples } from '../test/support/example.ts';
import { unavailableMemory } from './memory.ts';

const page = join(import.meta.dirname, '../../docs/styles.md');
/** In hundredths: of the shell that answers, which is one of the host's services. */
const shellStart = "cut -d ' ' -f 22 /proc/$$/stat";
export async function main(names: readonly string[]): Promise<void> {
  const chosen = styles.filter(({ name }) => names.length === 0 || names.includes(name));
  for (const style of chosen) {
    const row = `| \`${style.name}\` | ${await sizeOf(style)} | ${(await measure(style)).join(' | ')} |`;
    console.log(row);
    const text = await readFile(page, 'utf8');
    await writeFile(page, text.replace(new RegExp(`^\\| \`${style.name}\` \\|.*$`, 'm'), row));
  }
}

async function sizeOf({ name }: Style): Promise<string> {
  const out = await mkdtemp(join(tmpdir(), 'catamaran-style-'));
  try {
    // A lock is written beside it.
    await cp(join(examples, name), out, { recursive: true });
    const file = join(out, `${name}.yml`);
    const request = { file, out, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
    const { artifacts } = await buildSpec(request, await testContext());
    const { size } = await stat(artifacts.find(({ path }) => path.endsWith('.qcow2'))!.path);
    return formatSize(size);
  } finally {
    await rm(out, { recursive: true });
  }
}

/** Memory at rest; seconds until the host's services begin, and until all of the spec's run. */
async function measure(style: Style): Promise<string[]> {
  const house = await makeHouse({
    ...style,
    start: async (setting) => {
      const options = await style.start(setting);
      return { ...options, extra: [...(options.extra ?? []), '-icount', 'shift=2'] };
    },
  });
  try {
    const machine = await house.start(style.firmware);
    try {
      const begun = Math.round(Number(await machine.run(shellStart)) / 100);
      while (/starting|waiting/.test(await machine.run('catamaran-agent services'))) await sleep(1000);
      const up = await uptime(machine);
      const memory = Number(await machine.run(`sleep 60; ${unavailableMemory}`)) * 1024;
      return [formatSize(memory), `${begun} s`, `${up} s`];
    } finally {
      await machine.twin.kill();
    }
  } finally {
    await house.close();
  }
}

const uptime = async ({ run }: StyleMachine) =>
  Math.round(Number((await run('cat /proc/uptime')).split(' ')[0]));
