// Reads the boot archive back out of a boot partition, for inspect.ts: what GRUB would find there. The bytes may be
// anything; undefined means that there is no archive.

import { messageOf } from '../base/errors.ts';
import { type BootManifest, readBootManifest } from '../contract/release-manifest.ts';
import { readSlotConfig, type SlotConfig } from '../contract/slot-config.ts';
import type { ReadAt } from '../gpt/read-at.ts';

export interface ArchiveFile {
  readonly name: string;
  /** Bytes from the partition's beginning. */
  readonly offset: number;
  readonly size: number;
}

export interface FoundArchive extends Partial<SlotConfig> {
  readonly files: readonly ArchiveFile[];
  /** After its last file comes an archive's end. False: a header is damaged, and what is behind it is out of reach. */
  readonly whole: boolean;
  readonly manifest?: BootManifest | undefined;
  /** Why there is no manifest. */
  readonly manifestFault?: string | undefined;
  /** CRC-32 by file name, 8 hex digits; as boot-sums.ts writes them. */
  readonly sums?: Readonly<Record<string, string>> | undefined;
}

const block = 512;
const maxFiles = 64;
const maxConfig = 64 << 10;
const maxManifest = 4 << 20;

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
  return {
    files,
    whole,
    ...readSlotConfig((await text('slot.cfg', maxConfig)) ?? ''),
    ...readManifest(await text('manifest.json', maxManifest)),
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

function parseSums(text: string | undefined): FoundArchive['sums'] {
  if (text === undefined) return undefined;
  const lines = text.matchAll(/^([0-9a-f]{8}) {2}(kernel|initrd)$/gm);
  return Object.fromEntries([...lines].map(([, sum, name]) => [name!, sum!]));
}

function readManifest(text: string | undefined): Pick<FoundArchive, 'manifest' | 'manifestFault'> {
  if (text === undefined) return { manifestFault: 'manifest.json is missing' };
  try {
    return { manifest: readBootManifest(text, 'manifest.json') };
  } catch (thrown) {
    return { manifestFault: messageOf(thrown) };
  }
}
