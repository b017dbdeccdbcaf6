// What `run` boots: what was built as it is (run/open-image.ts), the directory of pxe, the files of kernel+initrd or of a kernel and
// its root by the name that they share, or a spec, of which one of these is built if anything is stale.
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Arch, architectureOf } from '../../base/arch.ts';
import { CatamaranError } from '../../base/errors.ts';
import { formatSize } from '../../base/size.ts';
import type { Context } from '../../lock/context.ts';
import { buildSpec } from '../../output/build.ts';
import { bootableFormats, formatNamed, parseFormats } from '../../output/formats.ts';
import type { PlatformName } from '../../platform/table.ts';
import type { MachineOptions } from '../../run/arguments.ts';
import { openImage } from '../../run/open-image.ts';
import { openPxe } from '../../run/open-pxe.ts';
import { reportLock } from '../lock-report.ts';
import type { Session } from '../session.ts';

export interface BootableRequest {
  readonly file: string;
  readonly format: string;
  readonly arch: Arch;
  /** In bytes, as it was asked for. */
  readonly memory?: number | undefined;
  /** This run's own directory. */
  readonly scratch: string;
  /** A stick in the machine's port. */
  readonly usb: boolean;
}

/** `name`: for people. */
export type Bootable = Pick<MachineOptions, 'image' | 'format' | 'kernel' | 'memory'> & {
  readonly name: string;
  readonly medium?: 'cd' | 'usb' | undefined;
  readonly platform?: PlatformName | undefined;
};

const usualMemory = 1024 ** 3;
/** Memory is given in steps of this. */
const memoryStep = 256 << 20;

export async function findBootable(
  { file, format, arch, memory, scratch, usb }: BootableRequest,
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
    const given = memory ?? inSteps(needed);
    if (memory === undefined && given > usualMemory)
      front.info(`the machine gets ${formatSize(given)} of memory`);
    const { path } = artifacts.find((artifact) => !artifact.path.endsWith('.json'))!;
    const { boots } = formatNamed(request.formats[0]!);
    if (boots === 'network') return openDirectory(dirname(path), memory, scratch);
    if (boots === 'kernel')
      return openDirect(
        path.replace(/(-(cmdline|erofs\.img|initrd\.img|kernel|squashfs\.img)|\.iso)$/, ''),
        given,
      );
    return openAs(path, given, { arch, scratch, usb });
  }
  if (existsSync(`${file}-kernel`)) return openDirect(file, memory ?? usualMemory);
  if ((await stat(file).catch(() => undefined))?.isDirectory()) return openDirectory(file, memory, scratch);
  return openAs(file, memory ?? usualMemory, { arch, scratch, usb });
}

const inSteps = (memory: number) => Math.ceil(memory / memoryStep) * memoryStep;

async function openDirectory(path: string, memory: number | undefined, scratch: string): Promise<Bootable> {
  const { kernel, memory: needed } = await openPxe(path, scratch);
  const given = memory ?? inSteps(Math.max(usualMemory, needed));
  return { name: path, kernel, memory: given, platform: 'metal' };
}

async function openAs(
  path: string,
  memory: number,
  { arch, scratch, usb }: Pick<BootableRequest, 'arch' | 'scratch' | 'usb'>,
): Promise<Bootable> {
  const { medium, ...opened } = await openImage(path, scratch, usb ? 'usb' : undefined);
  // Boards without a BIOS have no drive for a CD either.
  const drive = medium === 'cd' && !architectureOf(arch).grub.bios ? 'usb' : medium;
  return { name: path, ...opened, memory, medium: usb ? 'usb' : drive };
}

/** Roots that a kernel mounts by itself, by what follows the name, and as what. */
const roots = { '-squashfs.img': 'squashfs', '-erofs.img': 'erofs', '.iso': 'iso9660' } as const;

/** The kernel finds its root only if it is told where it is. */
async function openDirect(name: string, memory: number): Promise<Bootable> {
  const cmdline = await readFile(`${name}-cmdline`, 'utf8').catch(() => '');
  const kernel = `${name}-kernel`;
  const initrd = `${name}-initrd.img`;
  if (existsSync(initrd)) return { name, kernel: { kernel, initrd, cmdline }, memory };
  const found = Object.entries(roots).find(([suffix]) => existsSync(`${name}${suffix}`));
  if (!found) throw incomplete(kernel, [initrd, ...Object.keys(roots).map((suffix) => `${name}${suffix}`)]);
  const [suffix, type] = found;
  const root = /\broot=/.test(cmdline) ? '' : ` root=/dev/vda rootfstype=${type} ro`;
  const image = { image: `${name}${suffix}`, format: 'raw' } as const;
  return { name, ...image, kernel: { kernel, cmdline: cmdline + root }, memory };
}

function incomplete(kernel: string, others: readonly string[]): CatamaranError {
  return new CatamaranError('usage', {
    code: 'run-incomplete',
    message: `beside ${kernel} there is neither ${others.join(' nor ')}`,
    hint: 'Build it again with --format kernel+initrd.',
  });
}
