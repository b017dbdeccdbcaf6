// The ar archive, as far as .deb files use it: deb(5), "Format". Only where its members are; nothing is read of them.
import type { FileHandle } from 'node:fs/promises';

export interface ArMember {
  readonly name: string;
  /** In bytes, within the archive. */
  readonly offset: number;
  readonly size: number;
}

const magic = '!<arch>\n';
const headerSize = 60;
/** A .deb has three members, and may have a few more. */
const maxMembers = 16;

/** A string says what is wrong with the archive. */
export async function listArMembers(file: FileHandle): Promise<ArMember[] | string> {
  const { size: end } = await file.stat();
  const members: ArMember[] = [];
  if ((await readText(file, 0, magic.length)) !== magic) return 'it is no ar archive';
  for (let at = magic.length; at < end; ) {
    // name 16, mtime 12, uid 6, gid 6, mode 8, size 10, end mark 2: all text, padded with spaces
    const header = await readText(file, at, headerSize);
    const match = /^(.{16}).{32}(\d{1,10}) *`\n$/s.exec(header);
    if (!match || header.indexOf('`') !== 58) return `it has a damaged member header at byte ${at}`;
    const offset = at + headerSize;
    const size = Number(match[2]);
    // Some writers end names with a slash.
    members.push({ name: match[1]!.trimEnd().replace(/\/$/, ''), offset, size });
    if (offset + size > end) return `it ends ${offset + size - end} bytes early`;
    if (members.length > maxMembers) return `it has more than ${maxMembers} members`;
    at = offset + size + (size % 2);
  }
  return members;
}

async function readText(file: FileHandle, position: number, length: number): Promise<string> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.toString('latin1', 0, bytesRead);
}
