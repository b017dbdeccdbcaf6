// Reads the boot archive back out of a boot partition, for inspect.ts: what GRUB would find there. The bytes may be
// anything; undefined means that there is no archive.

import type { ReadAt } from '../gpt/read-at.ts';
import type { ImageManifest } from './boot-archive.ts';

export interface ArchiveFile {
  readonly name: string;
  /** Bytes from the partition's beginning. */
  readonly offset: number;
  readonly size: number;
}

export interface FoundArchive {
  readonly files: readonly ArchiveFile[];
  /** After its last file comes an archive's end. False: a header is damaged, and what is behind it is out of reach. */
  readonly whole: boolean;
  /** The kernel arguments that slot.cfg sets. */
  readonly slotArgs?: string | undefined;
  /** The word of slotArgs, taken apart. */
  readonly verity?:
    | { readonly rootHash: string; readonly salt: string; readonly dataBlocks: number }
    | undefined;
  readonly manifest?: ImageManifest | undefined;
  /** CRC-32 by file name, 8 hex digits; as boot-sums.ts writes them. */
  readonly sums?: Readonly<Record<string, string>> | undefined;
}

const block = 512;
const maxFiles = 64;
const maxConfig = 64 << 10;
const maxManifest = 4 << 20;
const maxSegments = 10_000;
const maxName = 1024;

/** `read` and `size` are of the partition. */
export async function readBootArchive(read: ReadAt, size: number): Promise<FoundArchive | undefined> {
  const files: ArchiveFile[] = [];
  let whole = false;
  for (let at = 0; at + block <= size && files.length < maxFiles; ) {
    const header = await read(at, block);
    whole = header.every((byte) => byte === 0);
    const file = whole ? undefined : readHeader(header, at + block);
    if (!file || file.offset + file.size > size) break;
    files.push(file);
    at = file.offset + Math.ceil(file.size / block) * block;
  }
  if (files.length === 0) return undefined;
  const text = async (name: string, limit: number): Promise<string | undefined> => {
    const file = files.find((candidate) => candidate.name === name);
    if (!file || file.size > limit) return undefined;
    return new TextDecoder().decode(await read(file.offset, file.size));
  };
  const slotArgs = /^set slot_args='([^'\n]*)'$/m.exec((await text('slot.cfg', maxConfig)) ?? '')?.[1];
  return {
    files,
    whole,
    slotArgs,
    verity: parseVerityArgument(slotArgs),
    manifest: parseManifest(await text('manifest.json', maxManifest)),
    sums: parseSums(await text('sums', maxConfig)),
  };
}

function readHeader(header: Uint8Array, offset: number): ArchiveFile | undefined {
  if (header.length < block) return undefined;
  const text = (at: number, length: number) =>
    Buffer.from(header.buffer, header.byteOffset + at, length)
      .toString('latin1')
      .replace(/\0.*$/s, '');
  if (text(257, 5) !== 'ustar') return undefined;
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (Number.parseInt(text(148, 8), 8) !== sum) return undefined;
  const digits = text(124, 12).trim();
  if (!/^[0-7]{1,11}$/.test(digits)) return undefined;
  return { name: text(0, 100), offset, size: Number.parseInt(digits, 8) };
}

function parseVerityArgument(slotArgs: string | undefined): FoundArchive['verity'] {
  const match = /(?:^| )catamaran\.verity=([0-9a-f]{64}),((?:[0-9a-f]{2}){1,256}),([1-9]\d{0,9})(?: |$)/.exec(
    slotArgs ?? '',
  );
  return match ? { rootHash: match[1]!, salt: match[2]!, dataBlocks: Number(match[3]) } : undefined;
}

function parseSums(text: string | undefined): FoundArchive['sums'] {
  if (text === undefined) return undefined;
  const lines = text.matchAll(/^([0-9a-f]{8}) {2}(kernel|initrd)$/gm);
  return Object.fromEntries([...lines].map(([, sum, name]) => [name!, sum!]));
}

/** Undefined unless it is one; what it has beyond that is left out. */
function parseManifest(text: string | undefined): ImageManifest | undefined {
  const value = membersOf(parseJson(text));
  const { os, version, arch, roothash, salt, dataBlocks } = value;
  if (!isName(os) || !isName(version) || !isName(arch) || !isCount(dataBlocks)) return undefined;
  if (!isHex(roothash, 32) || !isHex(salt)) return undefined;
  const segments = parseSegments(value.segments);
  return segments && { os, version, arch, roothash, salt, dataBlocks, segments };
}

/** One after the other: so that checking all of them reads no byte twice. */
function parseSegments(values: unknown): ImageManifest['segments'] | undefined {
  if (!Array.isArray(values) || values.length > maxSegments) return undefined;
  const segments: ImageManifest['segments'][number][] = [];
  let end = 0;
  for (const value of values) {
    const { name, offset, size, sha256 } = membersOf(value);
    if (!isName(name) || !isCount(offset) || !isCount(size) || !isHex(sha256, 32)) return undefined;
    if (offset < end) return undefined;
    end = offset + size;
    segments.push({ name, offset, size, sha256 });
  }
  return segments;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxName;
}

/** Lower case; of that many bytes, where it says. */
function isHex(value: unknown, bytes?: number): value is string {
  if (typeof value !== 'string' || !/^(?:[0-9a-f]{2}){1,256}$/.test(value)) return false;
  return bytes === undefined || value.length === 2 * bytes;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
