// The files of LinuxKit's formats, under LinuxKit's names, from what the steps before have made.
import { formatSize } from '../../base/size.ts';
import { concatenate } from '../../disk/sparse.ts';
import { blobOf, factOf, type Needs } from '../../engine/result.ts';
import type { LinuxkitFormat, Step, Work } from '../../engine/step.ts';
import { contentOfBlob, type Workshop } from '../../engine/workshop.ts';
import { type Content, contentOf, sizeOf } from '../../tree/content.ts';
import type { WrittenFile } from '../write/output-file.ts';
import { writeRaw } from '../write/raw.ts';
import { writeStream } from '../write/stream.ts';
import type { OutputOptions } from '../write/write-output.ts';
import { composeRoot } from './compose.ts';
import { checkInitrdFits, largeMemory, memoryFor } from './initrd-size.ts';
import { withImages } from './merge-root.ts';
import { linuxkitTar } from './tar.ts';
import { kernelInitrdTar } from './tar-kernel-initrd.ts';

export type LinuxkitStep = Step<Work & { kind: 'linuxkit' }>;
export type WriteFile = (path: string, options: OutputOptions) => Promise<WrittenFile>;

/** What follows the name, in the order in which the files are written. */
export const linuxkitFiles: Readonly<Record<LinuxkitFormat, readonly string[]>> = {
  docker: ['.docker'],
  'kernel+initrd': ['-kernel', '-initrd.img', '-cmdline'],
  'kernel+squashfs': ['-kernel', '-squashfs.img', '-cmdline'],
  tar: ['.tar'],
  'tar-kernel-initrd': ['-initrd.tar'],
};

export interface LinuxkitOutput {
  /** By what follows the name. */
  readonly files: ReadonlyMap<string, WriteFile>;
  /** In bytes: what a machine needs to boot it, where it is all unpacked into memory. */
  readonly memory?: number;
}

/** `memory`: of the machine that an initrd is for. */
export async function openLinuxkitOutput(
  step: LinuxkitStep,
  needs: Needs,
  workshop: Workshop,
  memory?: number,
): Promise<LinuxkitOutput> {
  const { cache, locked } = workshop;
  const { format, root, from } = step.work;
  const cmdline = locked.spec.kernel?.cmdline ?? '';
  const blob = (name: string): Content => contentOfBlob(cache, blobOf(needs, from!, name));
  const pieces = (...contents: (Content | Uint8Array)[]): WriteFile => {
    const image = concatenate(contents);
    return (path, options) => writeRaw(image, path, options);
  };
  switch (format) {
    case 'tar':
    case 'docker': {
      const { root: shared, images } = await composeRoot(root, needs, workshop);
      const whole = await withImages(shared, images);
      const options = { clampMtime: locked.epoch, ...(format === 'docker' && { docker: true as const }) };
      const write: WriteFile = (path, each) => writeStream(linuxkitTar(whole, options), path, each);
      return { files: new Map([[linuxkitFiles[format][0]!, write]]) };
    }
    case 'kernel+squashfs': {
      const squashfs = blob('squashfs');
      return { files: files(pieces(blob('kernel')), pieces(squashfs), pieces(contentOf(cmdline))) };
    }
    case 'kernel+initrd':
    case 'tar-kernel-initrd': {
      const initrd = initrdPieces();
      const size = initrd.reduce((sum, content) => sum + sizeOf(content), 0);
      const unpacked = factOf(needs, from!, 'unpacked') as number;
      checkInitrdFits({ size, unpacked }, memory);
      const needed = memoryFor({ size, unpacked });
      warnOfInitrd(needed);
      const ucode = needs.get(from!)?.blobs.ucode && blob('ucode');
      if (format === 'tar-kernel-initrd') {
        const tar = kernelInitrdTar({ kernel: blob('kernel'), initrd, cmdline, ucode }, locked.epoch);
        return { files: files((path, options) => writeRaw(tar, path, options)), memory: needed };
      }
      // Microcode comes first, where the kernel looks for it before it unpacks anything.
      const early = ucode ? aligned(ucode) : [];
      const written = [pieces(blob('kernel')), pieces(...early, ...initrd), pieces(contentOf(cmdline))];
      return { files: files(...written), memory: needed };
    }
  }

  function files(...writers: WriteFile[]): Map<string, WriteFile> {
    return new Map(linuxkitFiles[format].map((suffix, index) => [suffix, writers[index]!]));
  }

  function initrdPieces(): Content[] {
    const count = factOf(needs, from!, 'archives') as number;
    return Array.from({ length: count }, (_, index) => aligned(blob(`archive ${index}`))).flat();
  }

  function warnOfInitrd(needed: number): void {
    const { reporter } = workshop.context;
    const plain = factOf(needs, from!, 'plain') as string[];
    if (plain.length > 0) {
      const others = plain.length > 1 ? ` and of ${plain.length - 1} more` : '';
      reporter.warn(
        `${format}: the extended attributes of /${plain[0]}${others} are left out: an initrd cannot hold them`,
        'Programs with file capabilities then need root. kernel+squashfs and disk images keep them.',
      );
    }
    if (needed > largeMemory) {
      reporter.warn(
        `${format}: a machine needs ${formatSize(needed)} of memory to boot this initrd`,
        'kernel+squashfs and disk images need no memory for files that are not read.',
      );
    }
  }
}

/** The kernel looks for the next archive at a multiple of four bytes. */
function aligned(content: Content): Content[] {
  const rest = -sizeOf(content) & 3;
  return rest === 0 ? [content] : [content, contentOf(new Uint8Array(rest))];
}
