// The dynamic loader's cache, /etc/ld.so.cache, as ldconfig would write it (glibc 2.41, sysdeps/generic/dl-cache.h,
// format "glibc-ld.so.cache1.1"): which path answers to which library name. Directories are the loader's own and
// those of etc/ld.so.conf.d. A name leads to an entry if it is, perhaps through links, an ELF file for the machine.
import { architectureOf, architectures } from '../../base/arch.ts';
import { byName } from '../../base/order.ts';
import { type Content, contentBytes, readContent } from '../../tree/content.ts';
import type { FileNode } from '../../tree/node.ts';
import { addParents, file, parentOf, type ReadonlyTree, type Tree, type TreePath } from '../../tree/tree.ts';

const machines = architectures.map((arch) => architectureOf(arch).elf);

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly flags: number;
}

export async function generateLoaderCache(tree: Tree): Promise<void> {
  const entries: Entry[] = [];
  for (const directory of await libraryDirectories(tree)) {
    const names = [...tree.keys()]
      .filter((path) => parentOf(path) === directory)
      .map((path) => path.slice(directory.length + 1));
    for (const name of names.sort(byName)) {
      if (!/^(lib|ld-).*\.so(\.|$)/.test(name)) continue;
      const target = resolveFile(tree, `${directory}/${name}`);
      const number = target && (await machineOf(target.content));
      const machine = machines.find((each) => each.machine === number);
      if (machine) entries.push({ name, path: `/${directory}/${name}`, flags: machine.cacheFlags });
    }
  }
  addParents(tree, 'etc/ld.so.cache');
  tree.set('etc/ld.so.cache', file(loaderCache(entries)));
}

/** In the order of preference: the configured ones, then the loader's own. */
async function libraryDirectories(tree: ReadonlyTree): Promise<string[]> {
  const directories = [...(await configuredDirectories(tree)).keys()];
  for (const { triplet } of machines) directories.push(`usr/lib/${triplet}`);
  return [...new Set([...directories, 'usr/lib64', 'usr/lib'])];
}

/** Directory → the file of etc/ld.so.conf.d that names it. */
export async function configuredDirectories(tree: ReadonlyTree): Promise<Map<TreePath, TreePath>> {
  const directories = new Map<TreePath, TreePath>();
  for (const path of [...tree.keys()].sort(byName)) {
    const node = tree.get(path)!;
    if (node.type !== 'file' || !/^etc\/ld\.so\.conf\.d\/[^/]+\.conf$/.test(path)) continue;
    for (const line of Buffer.from(await contentBytes(node.content))
      .toString('utf8')
      .split('\n')) {
      const directory = line.replace(/#.*/, '').trim();
      if (!directory.startsWith('/')) continue;
      const at = directory.slice(1).replace(/^lib\//, 'usr/lib/');
      if (!directories.has(at)) directories.set(at, path);
    }
  }
  return directories;
}

function resolveFile(tree: ReadonlyTree, path: string): FileNode | undefined {
  let at = path;
  for (let hops = 0; hops < 8; hops += 1) {
    const node = tree.get(at);
    if (node?.type === 'file') return node;
    if (node?.type !== 'symlink') return undefined;
    at = new URL(node.target, `file:///${at}`).pathname.slice(1);
  }
  return undefined;
}

/** e_machine, or 0 for what is no 64-bit little-endian ELF file. */
async function machineOf(content: Content): Promise<number> {
  for await (const chunk of readContent(
    content.at === 'file' ? { ...content, size: Math.min(20, content.size) } : content,
  )) {
    const header = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const isElf =
      header.length >= 20 && header.readUInt32BE(0) === 0x7f454c46 && header[4] === 2 && header[5] === 1;
    return isElf ? header.readUInt16LE(18) : 0;
  }
  return 0;
}

function loaderCache(entries: readonly Entry[]): Buffer {
  // The loader searches by halves and expects the names in descending order of its own comparison. Of one name it takes
  // the first: the order of the directories stays.
  const sorted = [...entries].sort((a, b) => compareLibraries(b.name, a.name));
  const headerSize = 48;
  const entrySize = 24;
  const header = Buffer.alloc(headerSize + sorted.length * entrySize);
  const strings: string[] = [];
  let next = header.length;
  const place = (text: string) => {
    const at = next;
    strings.push(`${text}\0`);
    next += Buffer.byteLength(text) + 1;
    return at;
  };
  sorted.forEach((entry, index) => {
    const at = headerSize + index * entrySize;
    header.writeUInt32LE(entry.flags, at);
    header.writeUInt32LE(place(entry.name), at + 4);
    header.writeUInt32LE(place(entry.path), at + 8);
  });
  header.write('glibc-ld.so.cache1.1', 0, 'latin1');
  header.writeUInt32LE(sorted.length, 20);
  header.writeUInt32LE(next - header.length, 24);
  header[28] = 2; // little-endian
  return Buffer.concat([header, Buffer.from(strings.join(''), 'utf8')]);
}

/** _dl_cache_libcmp: as strings, but runs of digits as numbers. */
export function compareLibraries(a: string, b: string): number {
  const left = a.match(/\d+|\D/g) ?? [];
  const right = b.match(/\d+|\D/g) ?? [];
  for (let index = 0; index < left.length && index < right.length; index += 1) {
    const [one, other] = [left[index]!, right[index]!];
    const digits = [/^\d/.test(one), /^\d/.test(other)];
    const difference =
      digits[0] && digits[1]
        ? Number(one) - Number(other)
        : digits[0]
          ? 1
          : digits[1]
            ? -1
            : byName(one, other);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
