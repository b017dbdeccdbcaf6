// The initrd: cpio archives one after the other, each compressed by itself and padded to four bytes, as the kernel takes
// them (Documentation/driver-api/early-userspace/buffer-format.rst). The first is the initrd image's tree, the second
// the kernel modules that it needs: unpacked, because BusyBox reads no .ko.xz, with the indexes cut down to them.

import { decompress } from '../archive/decompress.ts';
import { CatamaranError } from '../base/errors.ts';
import { contentBytes, readContent } from '../tree/content.ts';
import { addParents, file, type ReadonlyTree, type Tree } from '../tree/tree.ts';

export interface ModuleSelection {
  /** usr/lib/modules/RELEASE/… with the chosen modules and their dependencies. */
  readonly tree: Tree;
  /** Asked for, but unknown to this kernel: neither a module nor built in. */
  readonly unknown: readonly string[];
}

export async function selectModules(
  kernel: ReadonlyTree,
  release: string,
  wanted: readonly string[],
): Promise<ModuleSelection> {
  const root = `usr/lib/modules/${release}`;
  const index = (name: string) => readText(kernel, `${root}/${name}`);
  const dependencies = parseDependencies(await index('modules.dep'));
  const builtIn = new Set((await index('modules.builtin')).split('\n').filter(Boolean).map(moduleNameOf));
  const byName = new Map([...dependencies.keys()].map((path) => [moduleNameOf(path), path]));

  const chosen = new Set<string>();
  const unknown: string[] = [];
  for (const name of wanted) {
    const path = byName.get(moduleNameOf(name));
    if (path !== undefined) for (const each of [path, ...dependencies.get(path)!]) chosen.add(each);
    else if (!builtIn.has(moduleNameOf(name))) unknown.push(name);
  }

  const tree: Tree = new Map();
  for (const path of chosen) {
    const node = kernel.get(`${root}/${path}`);
    if (node?.type !== 'file') throw missing(path);
    tree.set(`${root}/${plain(path)}`, file(await readModule(path, node.content)));
  }
  const names = new Set([...chosen].map(moduleNameOf));
  const dep = [...chosen].map(
    (path) =>
      `${plain(path)}:${dependencies
        .get(path)!
        .map((each) => ` ${plain(each)}`)
        .join('')}\n`,
  );
  tree.set(`${root}/modules.dep`, file(dep.sort().join('')));
  for (const name of ['modules.alias', 'modules.softdep', 'modules.symbols']) {
    tree.set(`${root}/${name}`, file(await keepLines(index(name), names)));
  }
  for (const name of ['modules.builtin', 'modules.builtin.modinfo', 'modules.order']) {
    const node = kernel.get(`${root}/${name}`);
    if (node) tree.set(`${root}/${name}`, node);
  }
  for (const path of [...tree.keys()]) addParents(tree, path);
  return { tree, unknown };
}

/** Names of all modules, and of what is built in. Undefined for a kernel without the indexes that depmod makes. */
export async function modulesOfKernel(kernel: ReadonlyTree): Promise<ReadonlySet<string> | undefined> {
  const index = /^(usr\/)?lib\/modules\/[^/]+\/modules\.(dep|builtin)$/;
  const paths = [...kernel.keys()].filter((path) => index.test(path));
  if (!paths.some((path) => path.endsWith('.dep'))) return undefined;
  const texts = await Promise.all(paths.map((path) => readText(kernel, path)));
  const lines = texts.flatMap((text) => text.split('\n').filter(Boolean));
  return new Set(lines.map((line) => moduleNameOf(line.split(':')[0]!)));
}

/** `kernel/fs/squashfs/squashfs.ko.xz` → `squashfs`; a dash and an underscore are the same in a module's name. */
export function moduleNameOf(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.ko(\.xz|\.zst|\.gz)?$/, '')
    .replaceAll('-', '_');
}

const plain = (path: string): string => path.replace(/\.ko\.\w+$/, '.ko');

/** Each line `PATH: PATH PATH…`, dependencies of dependencies included. */
function parseDependencies(text: string): Map<string, string[]> {
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [path, rest = ''] = line.split(':', 2);
        return [path!, rest.trim().split(/\s+/).filter(Boolean)];
      }),
  );
}

/** modules.alias and its like: lines whose last word, or for softdep second word, is one of the modules. */
async function keepLines(text: Promise<string>, names: ReadonlySet<string>): Promise<string> {
  const kept = (await text).split('\n').filter((line) => {
    const words = line.split(/\s+/);
    const name = words[0] === 'softdep' ? words[1] : words.at(-1);
    return words.length > 1 && names.has(moduleNameOf(name ?? ''));
  });
  return kept.map((line) => `${line}\n`).join('');
}

async function readModule(path: string, content: Parameters<typeof readContent>[0]): Promise<Uint8Array> {
  const suffix = /\.(xz|zst|gz)$/.exec(path)?.[1];
  if (suffix === undefined) return contentBytes(content);
  const format = suffix === 'gz' ? 'gzip' : suffix === 'zst' ? 'zstd' : 'xz';
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompress(readContent(content), format)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function readText(tree: ReadonlyTree, path: string): Promise<string> {
  const node = tree.get(path);
  if (node?.type !== 'file') throw missing(path);
  return Buffer.from(await contentBytes(node.content)).toString('utf8');
}

function missing(path: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'kernel-malformed',
    message: `the kernel image has no ${path}`,
    hint: 'A kernel image holds /kernel and usr/lib/modules/VERSION with the indexes that depmod makes.',
  });
}

/** Compressed archives on four-byte boundaries. */
export async function* concatenateArchives(
  archives: readonly AsyncIterable<Uint8Array>[],
): AsyncGenerator<Uint8Array> {
  for (const archive of archives) {
    let size = 0;
    for await (const chunk of archive) {
      size += chunk.length;
      yield chunk;
    }
    if (size % 4 !== 0) yield new Uint8Array(4 - (size % 4));
  }
}
