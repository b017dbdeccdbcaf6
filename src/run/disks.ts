// The disk that a machine of `run` writes to: thrown away at the end, larger than the image if asked for, or kept under a
// name of its own, so that a second run goes on where the first one has ended.
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CatamaranError } from '../base/errors.ts';
import { formatSize } from '../base/size.ts';
import type { DiskContainer } from '../disk/container.ts';
import type { Tools } from '../tools/tools.ts';

export interface DiskRequest {
  readonly image: string;
  readonly format: DiskContainer;
  /** In bytes; at least the image's own. */
  readonly size?: number | undefined;
  /** Where it is kept. */
  readonly keep?: string | undefined;
}

export interface RunDisk {
  readonly image: string;
  readonly format: DiskContainer;
  readonly snapshot: boolean;
  /** A kept disk of an earlier run. */
  readonly continued?: true;
}

/** `tools` has qemu-img. What is not kept goes into `scratch`. */
export async function makeDisk(
  { image, format, size, keep }: DiskRequest,
  tools: () => Promise<Tools>,
  scratch: string,
): Promise<RunDisk> {
  if (keep !== undefined) return keepDisk({ image, format, size }, keep, await tools());
  if (size === undefined) return { image, format, snapshot: true };
  const overlay = join(scratch, 'overlay.qcow2');
  const qemuImg = await tools();
  await requireGrowth(qemuImg, { image, format, size });
  const backing = ['-b', resolve(image), '-F', format];
  await qemuImg.run('qemu-img', ['create', '-q', '-f', 'qcow2', ...backing, overlay, String(size)]);
  return { image: overlay, format: 'qcow2', snapshot: true };
}

async function keepDisk({ image, format, size }: DiskRequest, keep: string, tools: Tools): Promise<RunDisk> {
  const continued = existsSync(keep);
  if (!continued) {
    const aside = `${keep}.new`;
    try {
      await tools.run('qemu-img', ['convert', '-q', '-f', format, '-O', 'qcow2', image, aside]);
      await rename(aside, keep);
    } finally {
      await rm(aside, { force: true });
    }
  }
  if (size !== undefined) {
    await requireGrowth(tools, { image: keep, format: 'qcow2', size });
    await tools.run('qemu-img', ['resize', '-q', '-f', 'qcow2', keep, String(size)]);
  }
  return { image: keep, format: 'qcow2', snapshot: false, ...(continued ? { continued } : {}) };
}

async function requireGrowth(tools: Tools, { image, format, size = 0 }: DiskRequest): Promise<void> {
  const { stdout } = await tools.run('qemu-img', ['info', '--output=json', '-f', format, image]);
  const own = Number(JSON.parse(stdout)['virtual-size']);
  if (size >= own) return;
  throw new CatamaranError('usage', {
    code: 'run-disk',
    message: `a disk of ${formatSize(size)} does not hold this image, which is one of ${formatSize(own)}`,
    hint: 'Give --disk a larger size, or leave it out.',
  });
}
