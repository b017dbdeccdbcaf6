// How much is left of what a machine may run out of: disk, memory and room for logs, and what was dropped. Reads only.
import type { Host } from '../host/host.ts';

/** In KiB, as the kernel and df count. */
export interface Share {
  readonly size: number;
  readonly free: number;
}

export interface Resources {
  /** /var; `inMemory`: what is written will be lost. */
  readonly disk?: Share & { readonly inMemory: boolean };
  readonly memory?: Share;
  /** In KiB: what the logs take, and what they may take. */
  readonly logs?: { readonly used: number; readonly limit?: number };
  /** Bytes of services' logs that could not be kept, by service. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** By service, in bytes; the logger (components/init: service/log/run) counts. */
export const droppedDirectory = '/run/catamaran/dropped';
/** In KiB, for all logs together: by `services configure`. */
export const logLimitPath = '/run/catamaran/log-limit';

export function measureResources(host: Host): Resources {
  const disk = readDisk(host);
  const memory = readMemory(host);
  const used = readLogs(host);
  const limit = Number(host.readText(logLimitPath) ?? Number.NaN);
  return {
    ...(disk && { disk: { ...disk, inMemory: host.readText('/run/catamaran/data')?.trim() === 'memory' } }),
    ...(memory && { memory }),
    ...(used !== undefined && { logs: { used, ...(Number.isFinite(limit) && { limit }) } }),
    dropped: readDropped(host),
  };
}

/** POSIX's form: one line for each file system, whatever the length of its name. */
export function readDisk(host: Host): Share | undefined {
  const { status, output } = host.run(['df', '-P', '-k', '/var']);
  const line = status === 0 ? (output.trim().split('\n').at(-1) ?? '') : '';
  const [, size, , free] = line.split(/\s+/).map(Number);
  return size !== undefined && free !== undefined && size > 0 ? { size, free } : undefined;
}

export function readMemory(host: Host): Share | undefined {
  const text = host.readText('/proc/meminfo') ?? '';
  const field = (name: string) => Number(new RegExp(`^${name}: *(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0);
  const size = field('MemTotal');
  return size > 0 ? { size, free: field('MemAvailable') } : undefined;
}

function readLogs(host: Host): number | undefined {
  const { status, output } = host.run(['du', '-sk', '/var/log']);
  const used = /^(\d+)\s/.exec(output)?.[1];
  return status === 0 && used !== undefined ? Number(used) : undefined;
}

function readDropped(host: Host): Record<string, number> {
  const names = host.listDirectory(droppedDirectory) ?? [];
  const counts = names.map(
    (name) => [name, Number(host.readText(`${droppedDirectory}/${name}`) ?? 0)] as const,
  );
  return Object.fromEntries(counts.filter(([, bytes]) => bytes > 0));
}

export function describeResources({ disk, memory, logs, dropped }: Resources): string[] {
  const lines: string[] = [];
  if (disk) {
    const where = disk.inMemory ? '/var in memory, where it will be lost' : '/var';
    lines.push(`disk       ${mebibytes(disk.free)} of ${mebibytes(disk.size)} free on ${where}`);
  }
  if (memory) lines.push(`memory     ${mebibytes(memory.free)} of ${mebibytes(memory.size)} available`);
  if (logs) {
    const of = logs.limit === undefined ? '' : ` of at most ${mebibytes(logs.limit)}`;
    lines.push(`logs       ${mebibytes(logs.used)}${of}`);
  }
  for (const [name, bytes] of Object.entries(dropped))
    lines.push(`dropped    ${bytes} bytes that ${name} said could not be kept`);
  return lines;
}

const mebibytes = (kibibytes: number): string => `${Math.round(kibibytes / 1024)} MiB`;
