// One 512-byte header of a tar archive: POSIX.1-1988 ustar, with GNU's base-256 numbers when read. read-tar.ts and
// write-tar.ts say what headers mean together.

import { tarError } from '../tree/refused.ts';

export const tarBlockSize = 512;

export interface TarHeader {
  /** As in the archive: bytes up to the first NUL, with the ustar prefix. */
  readonly name: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  /** One character; a NUL (pre-POSIX) reads as '0'. */
  readonly type: string;
  readonly linkName: Uint8Array;
  readonly major: number;
  readonly minor: number;
}

/** Undefined for a block of zeros, which ends an archive. `offset` is for errors. */
export function parseTarHeader(block: Uint8Array, offset: number): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const sum = parseNumber(block.subarray(148, 156), offset);
  if (sum !== checksum(block, false) && sum !== checksum(block, true)) {
    throw tarError('checksum', `the tar header at byte ${offset} has a wrong checksum`);
  }
  // GNU's magic is `ustar  \0`: there the prefix's place holds other things.
  const posix = Buffer.from(block.subarray(257, 263)).toString('latin1') === 'ustar\0';
  const name = cString(block.subarray(0, 100));
  const prefix = posix ? cString(block.subarray(345, 500)) : new Uint8Array();
  const number = (start: number, end: number) => parseNumber(block.subarray(start, end), offset);
  const type = String.fromCharCode(block[156]!);
  const device = type === '3' || type === '4';
  return {
    name: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name,
    mode: number(100, 108),
    uid: number(108, 116),
    gid: number(116, 124),
    size: number(124, 136),
    mtime: number(136, 148),
    type: type === '\0' ? '0' : type,
    linkName: cString(block.subarray(157, 257)),
    major: device ? number(329, 337) : 0,
    minor: device ? number(337, 345) : 0,
  };
}

/** The sum of all bytes, the checksum's own counting as spaces. Some old programs summed signed bytes. */
function checksum(block: Uint8Array, signed: boolean): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < tarBlockSize; at += 1) {
    if (at >= 148 && at < 156) continue;
    const byte = block[at]!;
    sum += signed && byte > 127 ? byte - 256 : byte;
  }
  return sum;
}

function cString(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end === -1 ? field : field.subarray(0, end);
}

export function parseNumber(field: Uint8Array, offset: number): number {
  const value = field[0]! & 0x80 ? parseBase256(field) : parseOctal(field);
  if (Number.isSafeInteger(value)) return value;
  throw tarError('number', `the tar header at byte ${offset} has a malformed number`);
}

/** Octal digits, perhaps after spaces, ended by NUL, space or the field's end. An empty field is 0. */
function parseOctal(field: Uint8Array): number {
  const match = /^ *([0-7]*)(?:[ \0]|$)/.exec(Buffer.from(field).toString('latin1'));
  if (match === null) return Number.NaN;
  return match[1] === '' ? 0 : Number.parseInt(match[1]!, 8);
}

/** GNU: a big-endian two's complement whose top bit is not part of the value. */
function parseBase256(field: Uint8Array): number {
  let value = BigInt.asIntN(7, BigInt(field[0]! & 0x7f));
  for (const byte of field.subarray(1)) value = (value << 8n) | BigInt(byte);
  return Number(value);
}

/** The largest value of an octal field of 8 or 12 bytes, the last of which is a NUL. */
export const maxOctal8 = 0o7777777;
export const maxOctal12 = 0o77777777777;

/** Every number must fit its field, and the names theirs: write-tar.ts sees to that. */
export function renderTarHeader(header: TarHeader): Buffer {
  const block = Buffer.alloc(tarBlockSize);
  const text = (bytes: Uint8Array, at: number) => block.set(bytes, at);
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  const [prefix, name] = splitName(header.name)!;
  text(name, 0);
  octal(header.mode, 100, 8);
  octal(header.uid, 108, 8);
  octal(header.gid, 116, 8);
  octal(header.size, 124, 12);
  octal(header.mtime, 136, 12);
  block.write(header.type, 156, 'latin1');
  text(header.linkName, 157);
  block.write('ustar\x0000', 257, 'latin1');
  octal(header.major, 329, 8);
  octal(header.minor, 337, 8);
  text(prefix, 345);
  block.write(`${checksum(block, false).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Into a prefix of at most 155 bytes and a name of at most 100, at a slash; undefined if it cannot be. */
export function splitName(name: Uint8Array): [prefix: Uint8Array, name: Uint8Array] | undefined {
  if (name.length <= 100) return [new Uint8Array(), name];
  // The first slash that leaves at most 100 bytes; not one that leaves none.
  const slash = name.indexOf(0x2f, name.length - 101);
  if (slash <= 0 || slash > 155 || slash === name.length - 1) return undefined;
  return [name.subarray(0, slash), name.subarray(slash + 1)];
}
