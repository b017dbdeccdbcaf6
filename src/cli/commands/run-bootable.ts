// What `run` boots: a disk image as it is, the files of kernel+initrd or kernel+squashfs by the name that they share, or
// a spec, of which one of these is built if anything is stale.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Arch } from '../../base/arch.ts';
import { CatamaranError } from '../../base/errors.ts';
import { formatSize } from '../../base/size.ts';
import { containerOf } from '../../disk/container.ts';
import { openDiskFile } from '../../disk/disk-file.ts';
import type { Context } from '../../lock/context.ts';
import { buildSpec } from '../../output/build.ts';
import { bootableFormats, formatNamed, parseFormats } from '../../output/formats.ts';
import type { MachineOptions } from '../../run/arguments.ts';
import { reportLock } from '../lock-report.ts';
import type { Session } from '../session.ts';

export interface BootableRequest {
  readonly file: string;
  readonly format: string;
  readonly arch: Arch;
  /** In bytes, as it was asked for. */
  readonly memory?: number | undefined;
}

/** `name`: for people. */
export type Bootable = Pick<MachineOptions, 'image' | 'format' | 'kernel' | 'memory'> & {
  readonly name: string;
};

const usualMemory = 1024 ** 3;
/** Memory is given in steps of this. */
const memoryStep = 256 << 20;

export async function findBootable(
  { file, format, arch, memory }: BootableRequest,
  { front }: Session,
  context: Context,
): Promise<Bootable> {
  if (/\.(ya?ml|json)$/.test(file)) {
    const request = {
      file,
      out: '.',
      formats: parseFormats([format], bootableFormats),
      arch,
      frozen: false,
      catalogue: false,
      memory,
    } as const;
    const { artifacts, lock } = await buildSpec(request, context);
    reportLock(lock, front);
    const needed = Math.max(usualMemory, ...artifacts.map((artifact) => artifact.memory ?? 0));
    const given = memory ?? Math.ceil(needed / memoryStep) * memoryStep;
    if (memory === undefined && given > usualMemory)
      front.info(`the machine gets ${formatSize(given)} of memory`);
    const { path } = artifacts[0]!;
    const { boots } = formatNamed(request.formats[0]!);
    if (typeof boots === 'object') return { name: path, image: path, format: boots.disk, memory: given };
    return openDirect(path.replace(/-(cmdline|initrd\.img|kernel|squashfs\.img)$/, ''), given);
  }
  if (existsSync(`${file}-kernel`)) return openDirect(file, memory ?? usualMemory);
  const container = await containerOf(file).catch(() => 'raw' as const);
  if (container === 'raw' || container === 'qcow2') await (await openDiskFile(file)).close();
  return { name: file, image: file, format: container, memory: memory ?? usualMemory };
}

/** The kernel mounts a squashfs by itself only if it is told where it is. */
async function openDirect(name: string, memory: number): Promise<Bootable> {
  const cmdline = await readFile(`${name}-cmdline`, 'utf8').catch(() => '');
  const kernel = `${name}-kernel`;
  const [initrd, squashfs] = [`${name}-initrd.img`, `${name}-squashfs.img`];
  if (existsSync(initrd)) return { name, kernel: { kernel, initrd, cmdline }, memory };
  if (!existsSync(squashfs)) throw incomplete(kernel, [initrd, squashfs]);
  const root = /\broot=/.test(cmdline) ? '' : ' root=/dev/vda rootfstype=squashfs ro';
  return { name, image: squashfs, format: 'raw', kernel: { kernel, cmdline: cmdline + root }, memory };
}

function incomplete(kernel: string, others: readonly string[]): CatamaranError {
  return new CatamaranError('usage', {
    code: 'run-incomplete',
    message: `beside ${kernel} there is neither ${others.join(' nor ')}`,
    hint: 'Build it again with --format kernel+initrd.',
  });
}
