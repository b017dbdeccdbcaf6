// Reads the boot archive back out of a boot partition, for inspect.ts: what GRUB would find there. The bytes may be
// anything; undefined means that there is no archive.
import type { ImageManifest } from './boot-archive.ts';
import type { ReadAt } from './gpt.ts';

export interface ArchiveFile {
  readonly name: string;
  /** Bytes from the partition's beginning. */
  readonly offset: number;
  readonly size: number;
}

export interface FoundArchive {
  readonly files: readonly ArchiveFile[];
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
const maxText = 4 << 20;
const maxSegments = 10_000;

/** `read` and `size` are of the partition. */
export async function readBootArchive(read: ReadAt, size: number): Promise<FoundArchive | undefined> {
  const files: ArchiveFile[] = [];
  for (let at = 0; at + block <= size && files.length < maxFiles; ) {
    const header = await read(at, block);
    const file = readHeader(header, at + block);
    if (!file || file.offset + file.size > size) break;
    files.push(file);
    at = file.offset + Math.ceil(file.size / block) * block;
  }
  if (files.length === 0) return undefined;
  const text = async (name: string): Promise<string | undefined> => {
    const file = files.find((candidate) => candidate.name === name);
    if (!file || file.size > maxText) return undefined;
    return new TextDecoder().decode(await read(file.offset, file.size));
  };
  const slotArgs = /^set slot_args='([^'\n]*)'$/m.exec((await text('slot.cfg')) ?? '')?.[1];
  return {
    files,
    slotArgs,
    verity: parseVerityArgument(slotArgs),
    manifest: parseManifest(await text('manifest.json')),
    sums: parseSums(await text('sums')),
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
  const match = /(?:^| )catamaran\.verity=([0-9a-f]{64}),([0-9a-f]{2,512}),([1-9]\d{0,9})(?: |$)/.exec(
    slotArgs ?? '',
  );
  return match ? { rootHash: match[1]!, salt: match[2]!, dataBlocks: Number(match[3]) } : undefined;
}

function parseSums(text: string | undefined): FoundArchive['sums'] {
  if (text === undefined) return undefined;
  const lines = text.matchAll(/^([0-9a-f]{8}) {2}(kernel|initrd)$/gm);
  return Object.fromEntries([...lines].map(([, sum, name]) => [name!, sum!]));
}

function parseManifest(text: string | undefined): ImageManifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
  return isManifest(value) ? value : undefined;
}

function isManifest(value: unknown): value is ImageManifest {
  if (typeof value !== 'object' || value === null) return false;
  const { os, version, arch, roothash, salt, dataBlocks, segments } = value as Record<string, unknown>;
  if ([os, version, arch, roothash, salt].some((text) => typeof text !== 'string')) return false;
  if (!isCount(dataBlocks) || !Array.isArray(segments) || segments.length > maxSegments) return false;
  return areSegments(segments);
}

/** One after the other: so that checking all of them reads no byte twice. */
function areSegments(values: readonly unknown[]): boolean {
  let end = 0;
  for (const value of values) {
    if (typeof value !== 'object' || value === null) return false;
    const { name, offset, size, sha256 } = value as Record<string, unknown>;
    if (typeof name !== 'string' || !isCount(offset) || !isCount(size) || offset < end) return false;
    if (!/^[0-9a-f]{64}$/.test(String(sha256))) return false;
    end = offset + size;
  }
  return true;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
