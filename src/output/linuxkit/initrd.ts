// An initrd from the archives that it is made of, with what a person should know of it.
import { formatSize } from '../../base/size.ts';
import { contentOfBlob, type Workshop } from '../../engine/workshop.ts';
import { type Content, contentOf, sizeOf } from '../../tree/content.ts';
import type { KeptArchives } from './archives-step.ts';
import { warnOfAttributes } from './attributes.ts';
import { checkInitrdSize, largeMemory, memoryFor } from './initrd-size.ts';

export interface OpenInitrd {
  readonly kernel: Content;
  readonly ucode?: Content;
  /** One after the other, each of a multiple of four bytes. */
  readonly initrd: readonly Content[];
  /** In bytes: what a machine needs to boot it. */
  readonly memory: number;
}

export function openInitrd({ blobs, facts }: KeptArchives, format: string, workshop: Workshop): OpenInitrd {
  const { cache, context } = workshop;
  const initrd = Array.from({ length: facts.archives }, (_, index) =>
    aligned(contentOfBlob(cache, blobs[`archive ${index}`]!)),
  ).flat();
  const size = initrd.reduce((sum, content) => sum + sizeOf(content), 0);
  checkInitrdSize({ size, unpacked: facts.unpacked });
  const memory = memoryFor({ size, unpacked: facts.unpacked });
  warnOfAttributes(format, facts.plain, 'an initrd', context.reporter);
  if (memory > largeMemory) {
    context.reporter.warn(
      `${format}: a machine needs ${formatSize(memory)} of memory to boot this initrd`,
      'kernel+squashfs and disk images need no memory for files that are not read.',
    );
  }
  const ucode = blobs.ucode && contentOfBlob(cache, blobs.ucode);
  return { kernel: contentOfBlob(cache, blobs.kernel), ...(ucode && { ucode }), initrd, memory };
}

/** The kernel looks for the next archive at a multiple of four bytes. */
export function aligned(content: Content): Content[] {
  const rest = -sizeOf(content) & 3;
  return rest === 0 ? [content] : [content, contentOf(new Uint8Array(rest))];
}
