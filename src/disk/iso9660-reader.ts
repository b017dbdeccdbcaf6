// Finds a file of an ISO 9660 volume in a file of the host, to be read or patched in its place. The volume may be anybody's:
// a few directories of bounded size are read, and what does not fit is no such file.
import type { FileHandle } from 'node:fs/promises';
import type { IsoPlace } from './iso9660.ts';
import { fileFlags, isoBlock, systemBlocks } from './iso9660-records.ts';

const directoryLimit = 1 << 20;

/** `path`: as it was written, in lower case. Undefined where there is no volume, or no such file of one section. */
export async function findInIso(file: FileHandle, path: string): Promise<IsoPlace | undefined> {
  const descriptor = await readDescriptor(file);
  if (!descriptor) return undefined;
  let place = placeOf(descriptor, 156);
  const names = path.toUpperCase().split('/');
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    const directory = place.size <= directoryLimit ? await readAt(file, place.offset, place.size) : undefined;
    const wanted = isLast ? `${name}${name.includes('.') ? '' : '.'};1` : name;
    const found = directory && findRecord(directory, wanted, isLast ? 0 : fileFlags.directory);
    if (!found) return undefined;
    place = found;
  }
  return place;
}

/** In bytes, as the volume says: a file that is shorter has been cut short. */
export async function sizeOfIso(file: FileHandle): Promise<number | undefined> {
  // ECMA-119, 8.4.8.
  const blocks = (await readDescriptor(file))?.readUInt32LE(80);
  return blocks === undefined ? undefined : blocks * isoBlock;
}

async function readDescriptor(file: FileHandle): Promise<Buffer | undefined> {
  const bytes = await readAt(file, systemBlocks * isoBlock, isoBlock);
  return bytes?.toString('latin1', 0, 7) === '\x01CD001\x01' ? bytes : undefined;
}

/** ECMA-119, 9.1. */
function findRecord(directory: Buffer, name: string, flags: number): IsoPlace | undefined {
  for (let at = 0; at < directory.length; ) {
    const length = directory[at]!;
    if (length === 0) {
      at += isoBlock - (at % isoBlock);
      continue;
    }
    if (length < 34 || at + length > directory.length) return undefined;
    const nameEnd = at + 33 + directory[at + 32]!;
    const isIt = directory[at + 25] === flags && directory.toString('latin1', at + 33, nameEnd) === name;
    if (isIt) return placeOf(directory, at);
    at += length;
  }
  return undefined;
}

const placeOf = (bytes: Buffer, record: number): IsoPlace => ({
  offset: bytes.readUInt32LE(record + 2) * isoBlock,
  size: bytes.readUInt32LE(record + 10),
});

async function readAt(file: FileHandle, offset: number, size: number): Promise<Buffer | undefined> {
  const bytes = Buffer.alloc(size);
  const { bytesRead } = await file.read(bytes, 0, size, offset);
  return bytesRead === size ? bytes : undefined;
}
