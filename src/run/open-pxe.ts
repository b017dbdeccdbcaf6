// What the output `pxe` has written, as a boot loader hands it over: the kernel, its arguments, and one initrd with hash tree and
// root image behind it, of whose archive the initrd knows the place.
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeCpio } from '../archive/write-cpio.ts';
import { CatamaranError } from '../base/errors.ts';
import type { FileNode } from '../tree/node.ts';
import { directory as folder, rootOwned, type Tree } from '../tree/tree.ts';
import type { DirectKernel } from './arguments.ts';

export interface OpenedPxe {
  readonly kernel: DirectKernel;
  /** In bytes, that the machine needs: archive and root are there at once. */
  readonly memory: number;
}

/** Beside what is handed over. */
const spare = 256 << 20;

/** The initrd is written into `scratch`, which is this run's own. */
export async function openPxe(directory: string, scratch: string): Promise<OpenedPxe> {
  const script = await readFile(join(directory, 'grub.cfg'), 'utf8').catch(() => '');
  const words = /^set slot_args='(.*)'$/m.exec(script)?.[1];
  if (words === undefined) throw notPxe(directory);
  const tree: Tree = new Map([['catamaran', folder()]]);
  let size = 0;
  for (const name of ['hash.img', 'root.img']) {
    const path = join(directory, name);
    const image = await stat(path).catch(() => undefined);
    if (!image) throw notPxe(directory);
    tree.set(`catamaran/${name}`, fileNode(path, image.size));
    size += image.size;
  }
  const initrd = join(scratch, 'initrd');
  await pipeline(handOver(join(directory, 'initrd'), tree), createWriteStream(initrd));
  const cmdline = `${words} catamaran.live=memory`;
  return { kernel: { kernel: join(directory, 'kernel'), initrd, cmdline }, memory: 2 * size + spare };
}

const fileNode = (path: string, size: number): FileNode => ({
  ...{ type: 'file', mode: 0o644, ...rootOwned },
  content: { at: 'file', path, offset: 0, size },
});

/** An archive begins on a multiple of four bytes. */
async function* handOver(initrd: string, tree: Tree): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of createReadStream(initrd)) {
    size += chunk.length;
    yield chunk;
  }
  yield Buffer.alloc(-size & 3);
  yield* writeCpio(tree, { clampMtime: 0 });
}

function notPxe(directory: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'image-malformed',
    message: `${directory} is a directory, and not what the format pxe writes`,
    hint: 'Name a disk image, an OVA, an ISO or a directory that was built by --format pxe.',
  });
}
