// What a kernel image gives to a root file system in LinuxKit's layout: the kernel, its modules, and microcode. Takes
// both kinds of image: LinuxKit's, with the modules in a tar (pkg/kernel), and ours, with usr/lib/modules.

import { readTarFile } from '../../archive/read-tar.ts';
import { CatamaranError } from '../../base/errors.ts';
import type { LockedSpec } from '../../lock/locked-spec.ts';
import { naming } from '../../oci/layer.ts';
import type { Kernel } from '../../specification/types.ts';
import type { Blob } from '../../store/blob.ts';
import type { Cache } from '../../store/cache.ts';
import { type Content, readContent } from '../../tree/content.ts';
import { addParents, type ReadonlyTree, type Tree } from '../../tree/tree.ts';

export interface KernelParts {
  readonly kernel: Content;
  /** usr/lib/modules or lib/modules, and whatever else the modules' tar has. */
  readonly modules: Tree;
  /** A cpio archive that comes before the initrd. */
  readonly ucode?: Content;
}

/** `name` is how errors call the image. */
export async function readKernel(
  tree: ReadonlyTree,
  { binary, tar, ucode }: Pick<Kernel, 'binary' | 'tar' | 'ucode'>,
  name: string,
  cache: Cache,
): Promise<KernelParts> {
  const kernel = fileAt(tree, binary);
  if (!kernel)
    throw lacks(name, binary, 'Name an image that has a kernel, or set kernel.binary to its file.');
  const microcode = ucode === undefined ? undefined : fileAt(tree, ucode);
  const packed = tar === undefined ? undefined : fileAt(tree, tar);
  const modules = packed ? await readPacked(packed, `/${tar} of image ${name}`, cache) : modulesOf(tree);
  return { kernel, modules, ...(microcode && { ucode: microcode }) };
}

/** `ucode`: where there is some. */
export type KernelBlobs = { readonly kernel: Blob; readonly ucode?: Blob };

export async function keepKernel({ kernel, ucode }: KernelParts, cache: Cache): Promise<KernelBlobs> {
  const keep = (content: Content) => cache.putBlob(readContent(content), { derived: true });
  return { kernel: await keep(kernel), ...(ucode && { ucode: await keep(ucode) }) };
}

/** Fails where the spec names none, and so before anything is made. */
export function requireKernel({ spec }: Pick<LockedSpec, 'spec'>, format: string): Kernel {
  if (spec.kernel) return spec.kernel;
  throw new CatamaranError('spec', {
    code: 'spec-no-kernel',
    message: `${spec.file} names no kernel, and ${format} has one`,
    hint: 'Add `kernel: {image: …}` to the spec, or ask for the format tar.',
  });
}

function fileAt(tree: ReadonlyTree, path: string): Content | undefined {
  const node = tree.get(path);
  return node?.type === 'file' ? node.content : undefined;
}

function modulesOf(tree: ReadonlyTree): Tree {
  const modules: Tree = new Map();
  for (const [path, node] of tree) if (/^(usr\/)?lib\/modules(\/|$)/.test(path)) modules.set(path, node);
  for (const path of [...modules.keys()]) addParents(modules, path);
  return modules;
}

/** Its files become slices of a blob of their own. */
async function readPacked(content: Content, what: string, cache: Cache): Promise<Tree> {
  const { digest } = await cache.putBlob(readContent(content), { what });
  const tree = await naming(what, () => readTarFile(cache.blobPath(digest)));
  tree.delete('');
  for (const path of [...tree.keys()]) addParents(tree, path);
  return tree;
}

function lacks(name: string, path: string, hint: string): CatamaranError {
  return new CatamaranError('spec', { code: 'kernel-malformed', message: `${name} has no /${path}`, hint });
}
