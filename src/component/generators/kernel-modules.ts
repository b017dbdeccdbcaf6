// A kernel component's image root: the kernel as /kernel, and the indexes of its modules, which depmod makes in the
// package's maintainer script. The names of modules come from the only directory below usr/lib/modules.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CatamaranError } from '../../base/errors.ts';
import { byName } from '../../base/order.ts';
import { extractTree } from '../../tree/extract.ts';
import { directory, file, type Tree } from '../../tree/tree.ts';
import type { GeneratorContext } from './generator.ts';

const modules = 'usr/lib/modules/';

export async function generateKernelModules(tree: Tree, context: GeneratorContext): Promise<void> {
  const release = kernelRelease(tree);
  const kernel = [...tree.keys()].find((path) => /^boot\/vmlinu[xz]-/.test(path));
  if (kernel === undefined) throw badKernel('there is no boot/vmlinuz-*');
  tree.set('kernel', tree.get(kernel)!);
  tree.delete(kernel);

  // depmod -b looks for lib/modules, which is where usr/lib/modules is on a merged /usr.
  const scratch = await context.scratch();
  const subtree: Tree = new Map();
  for (const [path, node] of tree) {
    if (path.startsWith(`${modules}${release}`)) subtree.set(path.slice('usr/'.length), node);
  }
  subtree.set('lib', directory()).set('lib/modules', directory());
  await extractTree(subtree, scratch);
  await context.runTool('depmod', ['-b', scratch, release]);

  const made = join(scratch, 'lib/modules', release);
  for (const name of (await readdir(made)).sort(byName)) {
    const path = `${modules}${release}/${name}`;
    if (name.startsWith('modules.') && !tree.has(path))
      tree.set(path, file(await readFile(join(made, name))));
  }
}

/** `6.12.43-cloud-amd64`: the version that the kernel's modules are under. */
export function kernelRelease(tree: ReadonlyMap<string, unknown>): string {
  const releases = new Set<string>();
  for (const path of tree.keys()) {
    if (path.startsWith(modules)) releases.add(path.slice(modules.length).split('/', 1)[0]!);
  }
  if (releases.size !== 1) throw badKernel(`usr/lib/modules holds ${releases.size} kernel versions, not one`);
  return [...releases][0]!;
}

function badKernel(why: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'kernel-malformed',
    message: `this is no kernel component: ${why}`,
    hint: 'A kernel component has one Debian kernel package (linux-image-…), or /kernel and usr/lib/modules/VERSION.',
  });
}
