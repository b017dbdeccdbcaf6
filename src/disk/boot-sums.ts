// `sums` in a boot archive: a CRC-32 of kernel and initrd, which GRUB's `crc --check` computes before it starts them. A
// damaged kernel mostly stops without a word, and nothing watches over it yet: better that it is never started. Against
// accidents only; what proves the root is dm-verity.
import { crc32 } from 'node:zlib';
import { type Content, readContent } from '../tree/content.ts';

export async function printSums(files: {
  readonly kernel: Content;
  readonly initrd: Content;
}): Promise<string> {
  const lines: string[] = [];
  for (const name of ['kernel', 'initrd'] as const) {
    let sum = 0;
    for await (const chunk of readContent(files[name])) sum = crc32(chunk, sum);
    lines.push(`${sum.toString(16).padStart(8, '0')}  ${name}\n`);
  }
  return lines.join('');
}
