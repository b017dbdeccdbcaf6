// A disk of which one sector cannot be read, or takes no writes, by QEMU's blkdebug.
import { open, writeFile } from 'node:fs/promises';

/** For QEMU, in the place of the disk's path. */
export async function failingDisk(disk: string, sector: number, kind: 'read' | 'write'): Promise<string> {
  const rules = `${disk}.rules`;
  const lines = [
    '[inject-error]',
    'event = "none"',
    `iotype = "${kind}"`,
    'errno = "5"',
    `sector = "${sector}"`,
  ];
  await writeFile(rules, [...lines, 'once = "off"', ''].join('\n'));
  return `blkdebug:${rules}:${disk}`;
}

const chunk = 1 << 24;

/** Of the first byte of `text`, from `offset` on. */
export async function findSector(disk: string, offset: number, text: string): Promise<number> {
  const file = await open(disk, 'r');
  try {
    const wanted = Buffer.from(text);
    const bytes = Buffer.alloc(chunk + wanted.length);
    for (let at = offset; ; at += chunk) {
      const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
      const found = bytes.subarray(0, bytesRead).indexOf(wanted);
      if (found >= 0) return Math.floor((at + found) / 512);
      if (bytesRead < bytes.length) throw new Error(`${disk} does not have ${text.slice(0, 40)}`);
    }
  } finally {
    await file.close();
  }
}

/** Where ext4 has its first inodes, the root directory's among them (linux/fs/ext4/ext4.h: superblock, group descriptor). */
export async function firstInodes(disk: string, offset: number): Promise<number> {
  const file = await open(disk, 'r');
  try {
    const bytes = Buffer.alloc(8192);
    await file.read(bytes, 0, bytes.length, offset);
    const block = 1024 << bytes.readUInt32LE(1024 + 24);
    const descriptor = block === 1024 ? 2048 : block;
    return (offset + bytes.readUInt32LE(descriptor + 8) * block) / 512;
  } finally {
    await file.close();
  }
}
