// A FAT12 or FAT32 image from a map of paths to bytes, the same for the same map: "FAT: General Overview of On-Disk
// Format" (Microsoft, version 1.03), cited by section name. For the ESP and for the slot state; never updated here.
import { byName } from '../base/order.ts';
import { roundUp } from '../base/size.ts';
import { contentOf } from '../tree/content.ts';
import { directoryEntries, endOfDirectory, shortNames } from './fat-names.ts';
import { type Extent, type SparseImage, sparseImage } from './sparse.ts';

export interface FatOptions {
  readonly type: 12 | 32;
  /** In bytes, a multiple of 4096. */
  readonly size: number;
  /** In bytes: a power of two from 512 to 32768. The data area begins on a multiple of 4096. */
  readonly clusterSize: number;
  /** At most 11 upper-case characters. */
  readonly label: string;
  /** The volume's serial number. */
  readonly serial: number;
  /** Seconds since the epoch: the date of every file. FAT knows none before 1980. */
  readonly mtime: number;
}

const sector = 512;

interface Directory {
  readonly directories: Map<string, Directory>;
  readonly files: Map<string, Uint8Array>;
}

interface Geometry extends FatOptions {
  readonly reserved: number;
  readonly fatSectors: number;
  readonly rootEntries: number;
  /** In bytes. */
  readonly dataStart: number;
  readonly clusters: number;
}

/** Paths use `/`. Clusters are given in the order of the sorted paths, directories before what they hold. */
export function writeFat(files: ReadonlyMap<string, Uint8Array>, options: FatOptions): SparseImage {
  const geometry = measure(options);
  const volume = new Volume(geometry);
  const root = plant(files);
  if (options.type === 32) volume.writeDirectory(root, { parent: 0, isRoot: true });
  const rootBytes =
    options.type === 12 ? volume.directoryBytes(root, { self: 0, parent: 0, isRoot: true }) : undefined;
  if (rootBytes && rootBytes.length > geometry.rootEntries * 32)
    throw new RangeError('FAT root directory is full');
  return volume.finish(rootBytes);
}

/** "FAT Data Structure" and the size table: picks the FAT's size, then pads the reserved area to align the data. */
function measure(options: FatOptions): Geometry {
  const { type, size, clusterSize } = options;
  const rootEntries = type === 12 ? 16 : 0;
  const minReserved = type === 12 ? 1 : 32;
  const rootBytes = rootEntries * 32;
  const mostClusters = Math.floor(size / clusterSize);
  const fatSectors = Math.ceil(((mostClusters + 2) * type) / 8 / sector);
  const dataStart = roundUp((minReserved + 2 * fatSectors) * sector + rootBytes, 4096);
  const reserved = (dataStart - rootBytes) / sector - 2 * fatSectors;
  const clusters = Math.floor((size - dataStart) / clusterSize);
  // "FAT Type Determination": the count of clusters alone tells the type.
  if (type === 12 ? clusters < 1 || clusters >= 4085 : clusters < 65525) {
    throw new RangeError(`FAT${type} cannot have ${clusters} clusters of ${clusterSize} bytes`);
  }
  return { ...options, reserved, fatSectors, rootEntries, dataStart, clusters };
}

function plant(files: ReadonlyMap<string, Uint8Array>): Directory {
  const root: Directory = { directories: new Map(), files: new Map() };
  for (const [path, bytes] of [...files].sort(([a], [b]) => byName(a, b))) {
    const parts = path.split('/');
    const name = parts.pop()!;
    let directory = root;
    for (const part of parts) {
      const next = directory.directories.get(part) ?? { directories: new Map(), files: new Map() };
      directory.directories.set(part, next);
      directory = next;
    }
    directory.files.set(name, bytes);
  }
  return root;
}

/** The table and the clusters that have been given out so far. */
class Volume {
  readonly #geometry: Geometry;
  readonly #chain: number[];
  readonly #extents: Extent[] = [];

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
    this.#chain = geometry.type === 12 ? [0xff8, 0xfff] : [0x0ffffff8, 0x0fffffff];
  }

  /** Contiguous. Returns the first cluster; 0 for no bytes, as FAT has it. */
  #allocate(size: number): number {
    const count = Math.ceil(size / this.#geometry.clusterSize);
    const first = this.#chain.length;
    if (first - 2 + count > this.#geometry.clusters) {
      throw new RangeError(`FAT volume of ${this.#geometry.size} bytes is full`);
    }
    for (let index = 1; index <= count; index++) {
      this.#chain.push(index < count ? first + index : this.#chain[1]!);
    }
    return count === 0 ? 0 : first;
  }

  #place(cluster: number, bytes: Uint8Array): void {
    if (cluster === 0) return;
    const { dataStart, clusterSize } = this.#geometry;
    this.#extents.push({ offset: dataStart + (cluster - 2) * clusterSize, content: contentOf(bytes) });
  }

  /** Returns its first cluster. */
  writeDirectory(directory: Directory, { parent, isRoot }: { parent: number; isRoot: boolean }): number {
    const self = this.#allocate(directorySize(directory, isRoot));
    this.#place(self, this.directoryBytes(directory, { self, parent, isRoot }));
    return self;
  }

  /** Writes what is below it on the way. `..` of a directory in the root has cluster 0 ("Directory Creation"). */
  directoryBytes(
    directory: Directory,
    { self, parent, isRoot }: { self: number; parent: number; isRoot: boolean },
  ): Uint8Array {
    const { mtime, label } = this.#geometry;
    const names = [...directory.directories.keys(), ...directory.files.keys()].sort(byName);
    const short = shortNames(names);
    const chunks: Uint8Array[] = [];
    const add = (
      name: string,
      shortName: string,
      kind: 'label' | 'directory' | 'file',
      cluster: number,
      size = 0,
    ) => chunks.push(...directoryEntries({ name, shortName, kind, cluster, size, mtime }));
    if (isRoot) add('', label.padEnd(11), 'label', 0);
    else {
      add('', '.'.padEnd(11), 'directory', self);
      add('', '..'.padEnd(11), 'directory', parent);
    }
    for (const name of names) {
      const below = directory.directories.get(name);
      if (below) {
        add(
          name,
          short.get(name)!,
          'directory',
          this.writeDirectory(below, { parent: isRoot ? 0 : self, isRoot: false }),
        );
      } else {
        const bytes = directory.files.get(name)!;
        const cluster = this.#allocate(bytes.length);
        this.#place(cluster, bytes);
        add(name, short.get(name)!, 'file', cluster, bytes.length);
      }
    }
    return Buffer.concat(chunks);
  }

  finish(rootBytes: Uint8Array | undefined): SparseImage {
    const { type, size, reserved, fatSectors, dataStart, rootEntries } = this.#geometry;
    const fat = type === 12 ? pack12(this.#chain) : pack32(this.#chain);
    const head = new Uint8Array(reserved * sector);
    const boot = bootSector(this.#geometry);
    head.set(boot);
    if (type === 32) {
      const used = this.#chain.length - 2;
      const info = infoSector(this.#geometry.clusters - used, this.#chain.length);
      head.set(info, sector);
      // "Backup Boot Sector": copies of the first three sectors from sector 6.
      head.set(boot, 6 * sector);
      head.set(info, 7 * sector);
    }
    // The unused rest of both tables stays a hole.
    return sparseImage(size, [
      { offset: 0, content: contentOf(head) },
      { offset: reserved * sector, content: contentOf(fat) },
      { offset: (reserved + fatSectors) * sector, content: contentOf(fat) },
      { offset: dataStart - rootEntries * 32, content: contentOf(rootBytes ?? new Uint8Array(0)) },
      ...this.#extents,
    ]);
  }
}

function directorySize(directory: Directory, isRoot: boolean): number {
  const names = [...directory.directories.keys(), ...directory.files.keys()].sort(byName);
  const short = shortNames(names);
  const entry = { kind: 'file', cluster: 0, size: 0, mtime: 0 } as const;
  const counts = names.map(
    (name) => directoryEntries({ ...entry, name, shortName: short.get(name)! }).length,
  );
  return counts.reduce((sum, count) => sum + count, isRoot ? 1 : 2) * 32 + endOfDirectory;
}

/** "Boot Sector and BPB". */
function bootSector({
  type,
  size,
  clusterSize,
  reserved,
  fatSectors,
  rootEntries,
  label,
  serial,
}: Geometry): Uint8Array {
  const bytes = new Uint8Array(sector);
  const view = new DataView(bytes.buffer);
  const text = (value: string, at: number) => bytes.set(Buffer.from(value, 'latin1'), at);
  const sectors = size / sector;
  bytes.set([0xeb, type === 32 ? 0x58 : 0x3c, 0x90]);
  text('MSWIN4.1', 3);
  view.setUint16(11, sector, true);
  view.setUint8(13, clusterSize / sector);
  view.setUint16(14, reserved, true);
  view.setUint8(16, 2);
  view.setUint16(17, rootEntries, true);
  view.setUint16(19, type === 12 && sectors < 0x10000 ? sectors : 0, true);
  view.setUint8(21, 0xf8);
  view.setUint16(22, type === 12 ? fatSectors : 0, true);
  view.setUint16(24, 32, true);
  view.setUint16(26, 64, true);
  view.setUint32(32, type === 12 && sectors < 0x10000 ? 0 : sectors, true);
  const extended = type === 32 ? 64 : 36;
  if (type === 32) {
    view.setUint32(36, fatSectors, true);
    view.setUint32(44, 2, true);
    view.setUint16(48, 1, true);
    view.setUint16(50, 6, true);
  }
  view.setUint8(extended, 0x80);
  view.setUint8(extended + 2, 0x29);
  view.setUint32(extended + 3, serial, true);
  text(label.padEnd(11), extended + 7);
  text(`FAT${type}   `, extended + 18);
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}

/** "FSInfo Sector Structure". */
function infoSector(free: number, next: number): Uint8Array {
  const bytes = new Uint8Array(sector);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x41615252, true);
  view.setUint32(484, 0x61417272, true);
  view.setUint32(488, free, true);
  view.setUint32(492, next, true);
  view.setUint32(508, 0xaa550000, true);
  return bytes;
}

/** "FAT Data Structure": two entries of 12 bits in three bytes. */
function pack12(chain: readonly number[]): Uint8Array {
  const fat = new Uint8Array(Math.ceil(chain.length / 2) * 3);
  chain.forEach((value, index) => {
    const at = index + (index >> 1);
    if (index % 2 === 0) {
      fat[at] = value & 0xff;
      fat[at + 1] = fat[at + 1]! | (value >> 8);
    } else {
      fat[at] = fat[at]! | ((value & 0x0f) << 4);
      fat[at + 1] = value >> 4;
    }
  });
  return fat;
}

function pack32(chain: readonly number[]): Uint8Array {
  const fat = new Uint8Array(chain.length * 4);
  const view = new DataView(fat.buffer);
  chain.forEach((value, index) => {
    view.setUint32(index * 4, value, true);
  });
  return fat;
}
