// What was built, as a machine takes it: a disk as it is, the disk within an archive or a compressed file unpacked beside
// it for this run, an ISO as a CD; and the platform that it was built for, where that can be told.
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Compression, decompress, detectFormat } from '../archive/decompress.ts';
import { readTarFile } from '../archive/read-tar.ts';
import { architectures } from '../base/arch.ts';
import { CatamaranError } from '../base/errors.ts';
import { containerOf, type DiskContainer } from '../disk/container.ts';
import { openDiskFile } from '../disk/disk-file.ts';
import { isPlatformName, type PlatformName } from '../platform/table.ts';
import { type Content, openContents } from '../tree/content.ts';

export interface OpenedImage {
  readonly image: string;
  readonly format: DiskContainer;
  /** It is a medium and no disk. */
  readonly medium?: 'cd';
  readonly platform?: PlatformName | undefined;
}

/** What is unpacked goes into `directory`, which is this run's own. */
export async function openImage(
  path: string,
  directory: string,
  medium?: 'cd' | 'usb',
): Promise<OpenedImage> {
  const named = platformOfName(basename(path));
  const compression = await compressionOf(path);
  if (compression !== 'none') {
    const unpacked = join(directory, 'unpacked');
    await writeSparse(unpacked, decompress(createReadStream(path), compression));
    return { ...(await openImage(unpacked, directory, medium)), platform: named };
  }
  if (medium !== 'usb' && (await isIso(path))) return { image: path, format: 'raw', medium: 'cd' };
  if (await isTar(path)) return openArchive(path, directory, named);
  const format = await containerOf(path);
  if (format === 'raw' && !(await hasMark(path, bootMark, 510))) throw noDisk(path);
  if (medium === undefined && (format === 'raw' || format === 'qcow2'))
    await (await openDiskFile(path)).close();
  return { image: path, format, platform: named ?? platformOfContainer[format] };
}

/** An OVA, or what Google imports. */
async function openArchive(
  path: string,
  directory: string,
  named: PlatformName | undefined,
): Promise<OpenedImage> {
  const tree = await readTarFile(path);
  for (const [name, node] of tree) {
    if (node.type !== 'file' || !/\.(vmdk|raw)$/.test(name)) continue;
    const image = join(directory, 'disk');
    await unpack(node.content, image);
    const format = await containerOf(image);
    return { image, format, platform: named ?? platformOfContainer[format] };
  }
  throw new CatamaranError('usage', {
    code: 'image-malformed',
    message: `${path} is an archive without a disk`,
    hint: 'Name a disk image, an OVA or an ISO.',
  });
}

/** `ID-VERSION-PLATFORM-ARCH`, as what is built for a platform is called. */
function platformOfName(name: string): PlatformName | undefined {
  const word = new RegExp(`-([a-z]+)-(?:${architectures.join('|')})\\.`).exec(name)?.[1];
  return word !== undefined && isPlatformName(word) ? word : word === 'gce' ? 'gcp' : undefined;
}

/** The home of a format that has one. */
const platformOfContainer: Readonly<Partial<Record<DiskContainer, PlatformName>>> = {
  vmdk: 'vsphere',
  vhdx: 'hyperv',
  vpc: 'azure',
};

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new CatamaranError(
      'usage',
      {
        code: 'image-unreadable',
        message: `cannot open ${path}: ${cause.message}`,
        hint: 'Give the path of a spec, or of what was built of one.',
      },
      { cause },
    );
  });
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

const compressionOf = (path: string): Promise<Compression> =>
  withFile(path, async (file) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
    return detectFormat(buffer.subarray(0, bytesRead));
  });

/** Whether a format's mark is where it belongs. */
const hasMark = (path: string, mark: string, offset: number): Promise<boolean> =>
  withFile(path, async (file) => {
    const { buffer } = await file.read(Buffer.alloc(mark.length), 0, mark.length, offset);
    return buffer.toString('latin1') === mark;
  });
/** ECMA-119, 8.1.2: the first volume descriptor. */
const isIso = (path: string): Promise<boolean> => hasMark(path, 'CD001', 16 * 2048 + 1);
const isTar = (path: string): Promise<boolean> => hasMark(path, 'ustar', 257);

/** UEFI 2.10, 5.2: the last two bytes of the first sector, of a disk that has a table or boot code. */
const bootMark = '\x55\xaa';

function noDisk(path: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'image-malformed',
    message: `${path} is no disk, medium or archive that a machine boots from`,
    hint: 'Give the path of a spec, which ends in .yml or .yaml, or of what was built of one.',
  });
}

const zeros = Buffer.alloc(1 << 16);

async function unpack(content: Content, path: string): Promise<void> {
  const contents = openContents();
  try {
    await writeSparse(path, contents.read(content));
  } finally {
    await contents.close();
  }
}

/** Blocks of zeros become holes: a disk is mostly empty. */
async function writeSparse(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    let size = 0;
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += zeros.length) {
        const block = chunk.subarray(at, at + zeros.length);
        if (!zeros.subarray(0, block.length).equals(block))
          await file.write(block, 0, block.length, size + at);
      }
      size += chunk.length;
    }
    await file.truncate(size);
  } finally {
    await file.close();
  }
}
