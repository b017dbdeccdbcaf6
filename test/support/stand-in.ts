// An image in the place of one that cannot be had here. There is one program in it, static as Go's are, which says its name and stays.
import type { Image } from '../../src/oci/image.ts';
import { writeImage } from '../../src/oci/store.ts';
import type { Cache } from '../../src/store/cache.ts';
import { file } from '../../src/tree/tree.ts';

export const standInSays = (name: string) => `stand-in for ${name}`;

/** `path` is the program's in the image. */
export function writeStandIn(cache: Cache, name: string, path: string): Promise<Image> {
  const tree = new Map([[path, file(programThatSays(`${standInSays(name)}\n`), 0o755)]]);
  return writeImage(cache, { layers: [{ tree }], config: { Env: ['PATH=/usr/bin:/bin'] }, arch: 'amd64' });
}

const loadedAt = 0x400000;
const headers = 64 + 56;

/** An executable of x86-64 (System V gABI): one segment, without libraries. */
function programThatSays(text: string): Buffer {
  const message = Buffer.from(text);
  const code = Buffer.concat([
    Buffer.from('b801000000bf01000000488d3510000000ba', 'hex'), // write(1, message, …
    word(message.length),
    Buffer.from('0f05', 'hex'),
    Buffer.from('b8220000000f05ebf7', 'hex'), // pause(), for ever
    message,
  ]);
  const header = Buffer.alloc(headers);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(2, 16); // e_type: ET_EXEC
  header.writeUInt16LE(62, 18); // e_machine: EM_X86_64
  header.writeUInt32LE(1, 20); // e_version
  header.writeBigUInt64LE(BigInt(loadedAt + headers), 24); // e_entry
  header.writeBigUInt64LE(64n, 32); // e_phoff
  header.writeUInt16LE(64, 52); // e_ehsize
  header.writeUInt16LE(56, 54); // e_phentsize
  header.writeUInt16LE(1, 56); // e_phnum
  header.writeUInt32LE(1, 64); // p_type: PT_LOAD
  header.writeUInt32LE(5, 68); // p_flags: readable, executable
  header.writeBigUInt64LE(BigInt(loadedAt), 80); // p_vaddr
  header.writeBigUInt64LE(BigInt(loadedAt), 88); // p_paddr
  header.writeBigUInt64LE(BigInt(headers + code.length), 96); // p_filesz
  header.writeBigUInt64LE(BigInt(headers + code.length), 104); // p_memsz
  header.writeBigUInt64LE(4096n, 112); // p_align
  return Buffer.concat([header, code]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
