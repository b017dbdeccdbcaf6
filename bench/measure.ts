// One measured run of the command: wall time, processor time, the most memory at one moment, bytes written to disks, and
// the time of each stage by its events.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

export interface Measurement {
  /** Seconds. */
  readonly wall: number;
  readonly user: number;
  readonly system: number;
  /** Bytes: the process and all its children together, what they share counted once, sampled every 20 ms. */
  readonly memory: number;
  /** Bytes that went to disks, also those that were overwritten later. */
  readonly written: number;
  /** Seconds from the start of each task to its end, by its label. Tasks run side by side. */
  readonly stages: Readonly<Record<string, number>>;
}

const sampleInterval = 20;

export async function measure(
  argv: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>>; usageHook: string; scratch: string },
): Promise<Measurement> {
  const usageFile = join(options.scratch, 'usage.json');
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', pathToFileURL(options.usageHook).href, ...argv, '--json'],
    {
      cwd: options.cwd,
      env: { ...options.env, BENCH_USAGE: usageFile },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let memory = 0;
  const sampler = setInterval(() => {
    // What is shared takes long to tell, and can only make it less.
    if (memoryOf(child.pid!, residentOf) > memory)
      memory = Math.max(memory, memoryOf(child.pid!, proportionalOf));
  }, sampleInterval);
  const closed = once(child, 'close');
  const stages: Record<string, number> = {};
  const started = new Map<number, number>();
  const errors: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, task, label, ...rest } = JSON.parse(line);
    const now = performance.now();
    if (event === 'task-start') started.set(task, now);
    if (event === 'task-done') stages[label] = (stages[label] ?? 0) + (now - started.get(task)!) / 1000;
    if (event === 'error') errors.push(JSON.stringify(rest));
  }
  const [code] = await closed;
  clearInterval(sampler);
  const wall = (performance.now() - began) / 1000;
  if (code !== 0)
    throw new Error(`catamaran ${argv.slice(1).join(' ')} ended with ${code}: ${errors.join('\n')}`);
  const usage = JSON.parse(await readFile(usageFile, 'utf8')) as Pick<
    Measurement,
    'user' | 'system' | 'written'
  >;
  return { wall, ...usage, memory, stages };
}

/** Of a process and all below it, in bytes; 0 for what is gone by now. */
function memoryOf(pid: number, own: (pid: number) => number): number {
  try {
    const below = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean),
    );
    return below.reduce((sum, child) => sum + memoryOf(Number(child), own), own(pid));
  } catch {
    return 0;
  }
}

const kilobytesIn = (path: string, pattern: RegExp) =>
  Number(pattern.exec(readFileSync(path, 'latin1'))?.[1] ?? 0) * 1024;
const residentOf = (pid: number) => kilobytesIn(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB/m);
/** A page that several processes have is a part of each. */
const proportionalOf = (pid: number) => kilobytesIn(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+) kB/m);
