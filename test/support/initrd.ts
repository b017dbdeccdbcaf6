// An initrd as the kernel reads it (init/initramfs.c): archives one after the other, each plain or a zstd frame
// (RFC 8878), zeros between them. Says what ends up in memory when all of them are unpacked in their order.
import { decompress } from 'fzstd';

export interface InitrdPiece {
  readonly packed: Uint8Array;
  readonly compressed: boolean;
}

export function splitInitrd(bytes: Uint8Array): InitrdPiece[] {
  const pieces: InitrdPiece[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === 0) {
      at += 1;
      continue;
    }
    if (at % 4 !== 0) throw new Error(`an archive at ${at}, which is no multiple of four`);
    const compressed = bytes[at] === 0x28;
    const end = compressed ? endOfFrame(bytes, at) : endOfArchive(bytes, at);
    pieces.push({ packed: bytes.subarray(at, end), compressed });
    at = end;
  }
  return pieces;
}

export interface InitrdEntry {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly content: string;
}

/** By path; what comes later takes the place of what was there, and every parent must be there before. */
export function unpackInitrd(bytes: Uint8Array): Map<string, InitrdEntry> {
  const entries = new Map<string, InitrdEntry>();
  for (const { packed, compressed } of splitInitrd(bytes)) {
    for (const [path, entry] of readCpio(compressed ? decompress(packed) : packed)) {
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      if (parent !== '' && (entries.get(parent)?.mode ?? 0) >> 12 !== 0o04)
        throw new Error(`${path} comes before its directory`);
      const there = entries.get(path);
      if (there && there.mode >> 12 === 0o04 && entry.mode >> 12 !== 0o04)
        throw new Error(`${path} would take the place of a directory`);
      entries.set(path, entry);
    }
  }
  return entries;
}

function endOfFrame(bytes: Uint8Array, start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(start, true) !== 0xfd2fb528) throw new Error(`no archive and no zstd frame at ${start}`);
  const descriptor = bytes[start + 4]!;
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const size = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  let at = start + 5 + (single ? 0 : 1) + dictionary + size;
  for (let last = false; !last; ) {
    const header = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    last = (header & 1) !== 0;
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  return at + ((descriptor & 4) !== 0 ? 4 : 0);
}

interface RawEntry {
  readonly name: string;
  readonly fields: readonly number[];
  readonly body: number;
  readonly end: number;
}

/** cpio(5), newc: 110 bytes of header in hexadecimal, name and body padded to four bytes. */
function readHeader(bytes: Uint8Array, at: number): RawEntry {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, 110).toString('latin1');
  if (!text.startsWith('070701'))
    throw new Error(`no cpio header at ${at}: ${JSON.stringify(text.slice(0, 6))}`);
  const fields = Array.from({ length: 13 }, (_, index) =>
    Number.parseInt(text.slice(6 + index * 8, 14 + index * 8), 16),
  );
  const name = Buffer.from(bytes.buffer, bytes.byteOffset + at + 110, fields[11]! - 1).toString();
  const body = at + ((110 + fields[11]! + 3) & ~3);
  return { name, fields, body, end: body + ((fields[6]! + 3) & ~3) };
}

function endOfArchive(bytes: Uint8Array, start: number): number {
  for (let at = start; ; ) {
    const { name, end } = readHeader(bytes, at);
    if (name === 'TRAILER!!!') return end;
    at = end;
  }
}

function readCpio(bytes: Uint8Array): [string, InitrdEntry][] {
  const entries: [string, InitrdEntry][] = [];
  const contents = new Map<number, string>();
  const read: { name: string; fields: readonly number[]; own: string }[] = [];
  for (let at = 0; ; ) {
    const { name, fields, body, end } = readHeader(bytes, at);
    if (name === 'TRAILER!!!') break;
    const own = Buffer.from(bytes.buffer, bytes.byteOffset + body, fields[6]!).toString('latin1');
    if (own !== '') contents.set(fields[0]!, own);
    read.push({ name, fields, own });
    at = end;
  }
  for (const { name, fields, own } of read) {
    const [ino = 0, mode = 0, uid = 0, gid = 0, links = 1, mtime = 0] = fields;
    const content = own === '' && links > 1 && mode >> 12 === 0o10 ? (contents.get(ino) ?? '') : own;
    entries.push([name, { mode, uid, gid, mtime, content }]);
  }
  return entries;
}
