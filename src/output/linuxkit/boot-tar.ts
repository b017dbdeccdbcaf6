// LinuxKit's format `tar-kernel-initrd`: kernel, initrd.img, cmdline and, apart from the initrd, the microcode.

import { renderTarHeader, tarBlockSize } from '../../archive/tar-header.ts';
import { concatenate, type SparseImage } from '../../disk/sparse.ts';
import { type Content, contentOf, sizeOf } from '../../tree/content.ts';

export interface BootFiles {
  readonly kernel: Content;
  /** One after the other, each of a multiple of four bytes. */
  readonly initrd: readonly Content[];
  readonly cmdline: string;
  readonly ucode?: Content | undefined;
}

export function kernelInitrdTar(files: BootFiles, mtime: number): SparseImage {
  const members: [string, readonly Content[]][] = [
    ['kernel', [files.kernel]],
    ['initrd.img', files.initrd],
    ['cmdline', [contentOf(files.cmdline)]],
    ...(files.ucode ? [['ucode.cpio', [files.ucode]] as [string, Content[]]] : []),
  ];
  const pieces = members.flatMap(([name, contents]) => {
    const size = contents.reduce((sum, content) => sum + sizeOf(content), 0);
    return [header(name, size, mtime), ...contents, new Uint8Array(-size & (tarBlockSize - 1))];
  });
  return concatenate([...pieces, new Uint8Array(2 * tarBlockSize)]);
}

function header(name: string, size: number, mtime: number): Uint8Array {
  return renderTarHeader({
    name: Buffer.from(name),
    linkName: new Uint8Array(),
    mode: 0o644,
    uid: 0,
    gid: 0,
    size,
    mtime,
    type: '0',
    major: 0,
    minor: 0,
  });
}
