// What a disk image is kept in, by the marks that each format has at its beginning or its end.
import { open } from 'node:fs/promises';

/** By QEMU's names. */
export type DiskContainer = 'qcow2' | 'vmdk' | 'vpc' | 'vhdx' | 'raw';

const footerSize = 512;
const marks: readonly (readonly [mark: string, format: DiskContainer])[] = [
  ['QFI\xfb', 'qcow2'],
  ['KDMV', 'vmdk'],
  ['conectix', 'vpc'],
  ['vhdxfile', 'vhdx'],
];

export async function containerOf(path: string): Promise<DiskContainer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for (const at of [0, Math.max(0, size - footerSize)]) {
      const bytes = Buffer.alloc(8);
      await file.read(bytes, 0, bytes.length, at);
      const text = bytes.toString('latin1');
      const found = marks.find(([mark, format]) => text.startsWith(mark) && (at === 0 || format === 'vpc'));
      if (found) return found[1];
    }
    return 'raw';
  } finally {
    await file.close();
  }
}
