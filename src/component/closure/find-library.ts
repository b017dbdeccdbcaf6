// Where the loader finds a library for an object that needs it: ld.so(8). RPATHs along the chain, RUNPATH, the loader's
// cache, the usual directories; what is for another machine is passed over.
import type { Arch } from '../../base/arch.ts';
import type { FileNode } from '../../tree/node.ts';
import { parentOf, type TreePath } from '../../tree/tree.ts';
import type { ElfFacts } from './elf.ts';
import { followLinks, type Way } from './follow-links.ts';
import type { KindOf } from './inspect.ts';
import { expandRunPath, loaderDirectories } from './library-search.ts';
import { mergedPath, type Shipped } from './shipped.ts';

export interface LibrarySearch {
  readonly shipped: Shipped;
  readonly arch: Arch;
  /** Directory → the file of etc/ld.so.conf.d that names it; empty where the component makes no loader's cache. */
  readonly cached: ReadonlyMap<TreePath, TreePath>;
  readonly inspect: KindOf;
}

/** Who needs it. */
interface Needer {
  readonly path: TreePath;
  readonly facts: ElfFacts;
  /** DT_RPATH of its own and of whoever brought it, the nearest first. */
  readonly chain: readonly TreePath[];
}

export interface FoundLibrary {
  readonly way: Way & { readonly file: FileNode };
  readonly facts: ElfFacts;
  /** The file that names its directory to the loader's cache, where nothing else does. */
  readonly conf: TreePath | undefined;
}

export async function findLibrary(
  name: string,
  { path, facts, chain }: Needer,
  { shipped, arch, cached, inspect }: LibrarySearch,
): Promise<FoundLibrary | undefined> {
  const runpath = (facts.runpath ?? []).flatMap((each) => expandRunPath(each, path, arch) ?? []);
  const usual = loaderDirectories(arch, facts);
  const directories = [...chain, ...runpath, ...cached.keys(), ...usual];
  const places = name.includes('/')
    ? [mergedPath(name.replace(/^\/+/, ''))]
    : directories.map((directory) => `${directory}/${name}`);
  for (const place of places) {
    const way = followLinks(shipped, place);
    if (!way?.file) continue;
    const inspection = await inspect(way.file);
    if (inspection.kind !== 'elf') continue;
    if (inspection.facts.machine !== facts.machine || inspection.facts.bits !== facts.bits) continue;
    const directory = parentOf(place);
    const conf = usual.includes(directory) ? undefined : cached.get(directory);
    return { way: { ...way, file: way.file }, facts: inspection.facts, conf };
  }
  return undefined;
}
