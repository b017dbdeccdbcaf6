// VMDK streamOptimized, VMware's "Virtual Disk Format 5.0", version 3 of the header: what vSphere imports and what lies in an
// OVA. Made from its beginning to its end: grains of 64 KiB, each compressed, a table after each 512 of them, the
// directory, and the header once more as the footer. qemu-img writes no footer; tools of VMware then find another digest.
import type { SparseImage } from '../../disk/sparse.ts';
import { deriveGuid, uuidBytes } from '../../gpt/guid.ts';
import { type Appender, openAppender } from '../write/appender.ts';
import { isZero, readBlocks } from '../write/blocks.ts';
import { deflateZlib } from '../write/deflate.ts';
import type { WrittenFile } from '../write/output-file.ts';
import { writePieces } from '../write/raw.ts';
import { type OutputOptions, writeOutput } from '../write/write-output.ts';
import { findVmdk, rememberVmdk } from './vmdk-places.ts';

const sectorSize = 512;
const grainSectors = 128;
const grainSize = grainSectors * sectorSize;
const entriesPerTable = 512;
/** Where the grains begin. */
const overheadSectors = 128;
const descriptorSectors = 20;
/** Bit 0: the newlines can be tested; 16: grains are compressed; 17: markers are before all that is not the header. */
const flags = 0x30001;
/** In the header: the directory's place is in the footer. */
const directoryAtEnd = 2n ** 64n - 1n;
const markers = { endOfStream: 0, table: 1, directory: 2, footer: 3 } as const;

export interface VmdkOptions extends OutputOptions {
  /** What its content id is derived from: the OS's id and version. */
  readonly identity: string;
}

/** What another output of the disk holds already is copied. */
export async function writeVmdk(
  disk: SparseImage,
  path: string,
  { identity, ...options }: VmdkOptions,
): Promise<WrittenFile> {
  const found = await findVmdk(disk, identity);
  const written = found
    ? await writePieces(found.content)(path, options)
    : await makeVmdk(disk, path, { identity, ...options });
  rememberVmdk(disk, written, { identity, path, offset: 0, vmdk: written });
  return written;
}

function makeVmdk(
  disk: SparseImage,
  path: string,
  { identity, ...options }: VmdkOptions,
): Promise<WrittenFile> {
  const capacity = Math.ceil(disk.size / grainSize) * grainSectors;
  return writeOutput(
    path,
    async (file) => {
      const out = openAppender(file, sectorSize);
      await out.append(renderHeader(capacity, directoryAtEnd));
      await out.append(Buffer.from(describe(capacity, identity)));
      out.skipTo(overheadSectors * sectorSize);

      const directory = Buffer.alloc(4 * Math.ceil(capacity / (grainSectors * entriesPerTable)));
      const tables = openTables(out, directory);
      for await (const { index, bytes } of readBlocks(disk, grainSize, options)) {
        if (isZero(bytes)) continue;
        await tables.enter(index);
        await out.append(renderGrain(index, deflateZlib(bytes)));
      }
      await tables.finish();
      const directoryAt = await appendMarked(out, markers.directory, directory);
      await appendMarked(out, markers.footer, renderHeader(capacity, BigInt(directoryAt)));
      await out.append(renderMarker(0, markers.endOfStream));
      await out.finish();
    },
    options,
  );
}

/** The tables of grains' places: each is written when the grains of the next one begin. */
function openTables(out: Appender, directory: Buffer) {
  const table = Buffer.alloc(4 * entriesPerTable);
  let current: number | undefined;

  async function finish(): Promise<void> {
    if (current === undefined) return;
    directory.writeUInt32LE(await appendMarked(out, markers.table, Buffer.from(table)), 4 * current);
    table.fill(0);
  }
  return {
    /** Notes the place of the grain that is appended next. */
    async enter(grain: number): Promise<void> {
      const number = Math.floor(grain / entriesPerTable);
      if (number !== current) await finish();
      current = number;
      table.writeUInt32LE(out.position / sectorSize, 4 * (grain % entriesPerTable));
    },
    finish,
  };
}

/** The sector at which the bytes lie, behind their marker. */
async function appendMarked(out: Appender, type: number, bytes: Uint8Array): Promise<number> {
  await out.append(renderMarker(Math.ceil(bytes.length / sectorSize), type));
  const sector = out.position / sectorSize;
  await out.append(bytes);
  return sector;
}

/** Of what follows it: how many sectors, and what it is. */
function renderMarker(sectors: number, type: number): Uint8Array {
  const marker = Buffer.alloc(sectorSize);
  marker.writeBigUInt64LE(BigInt(sectors));
  marker.writeUInt32LE(type, 12);
  return marker;
}

/** With its marker: where it belongs, in sectors, and its compressed size. */
function renderGrain(index: number, compressed: Uint8Array): Uint8Array {
  const grain = Buffer.alloc(12 + compressed.length);
  grain.writeBigUInt64LE(BigInt(index * grainSectors));
  grain.writeUInt32LE(compressed.length, 8);
  grain.set(compressed, 12);
  return grain;
}

/** SparseExtentHeader. `directory`: its sector. */
function renderHeader(capacity: number, directory: bigint): Uint8Array {
  const header = Buffer.alloc(sectorSize);
  header.write('KDMV', 0, 'latin1');
  header.writeUInt32LE(3, 4);
  header.writeUInt32LE(flags, 8);
  header.writeBigUInt64LE(BigInt(capacity), 12);
  header.writeBigUInt64LE(BigInt(grainSectors), 20);
  header.writeBigUInt64LE(1n, 28);
  header.writeBigUInt64LE(BigInt(descriptorSectors), 36);
  header.writeUInt32LE(entriesPerTable, 44);
  header.writeBigUInt64LE(directory, 56);
  header.writeBigUInt64LE(BigInt(overheadSectors), 64);
  header.write('\n \r\n', 73, 'latin1');
  header.writeUInt16LE(1, 77); // DEFLATE
  return header;
}

/** The text that names the extent. A product that opens a single file takes the extent from the file itself. */
function describe(capacity: number, identity: string): string {
  const id = Buffer.from(uuidBytes(deriveGuid(identity, 'vmdk'))).toString('hex');
  return `# Disk DescriptorFile
version=1
CID=${id.slice(0, 8)}
parentCID=ffffffff
createType="streamOptimized"

# Extent description
RDONLY ${capacity} SPARSE "disk.vmdk"

# The Disk Data Base
#DDB

ddb.adapterType = "lsilogic"
ddb.geometry.cylinders = "${Math.floor(capacity / (255 * 63))}"
ddb.geometry.heads = "255"
ddb.geometry.sectors = "63"
ddb.longContentID = "${id}"
ddb.virtualHWVersion = "13"
`;
}
