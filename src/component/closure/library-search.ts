// Where the dynamic loader looks for a library (ld.so(8)): the paths that the object and its loaders say, the directories
// of etc/ld.so.conf.d where the component makes the loader's cache, and the loader's own.
import { type Arch, architectureOf } from '../../base/arch.ts';
import { parentOf, type TreePath } from '../../tree/tree.ts';
import type { ElfFacts } from './elf.ts';
import { mergedPath } from './shipped.ts';

/** In the order of the search. glibc of Debian is made with the triplet's directory first. */
export function loaderDirectories(arch: Arch, { bits, machine }: ElfFacts): readonly TreePath[] {
  const { elf } = architectureOf(arch);
  if (machine === elf.machine && bits === 64) return [`usr/lib/${elf.triplet}`, 'usr/lib64', 'usr/lib'];
  return machine === elf.beside?.machine ? elf.beside.directories : ['usr/lib'];
}

/** Whether a machine of the architecture runs it. */
export function runsOn(arch: Arch, { machine }: ElfFacts): boolean {
  const { elf } = architectureOf(arch);
  return machine === elf.machine || machine === elf.beside?.machine;
}

/** Dynamic string tokens, ld.so(8): `$ORIGIN`, `$LIB`, with braces or without. */
export function expandRunPath(written: string, object: TreePath, arch: Arch): TreePath | undefined {
  const expanded = written
    .replace(/\$(?:ORIGIN\b|\{ORIGIN\})/g, `/${parentOf(object)}`)
    .replace(/\$(?:LIB\b|\{LIB\})/g, `lib/${architectureOf(arch).elf.triplet}`);
  if (!expanded.startsWith('/') || expanded.includes('$')) return undefined;
  const parts: string[] = [];
  for (const part of expanded.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return mergedPath(parts.join('/'));
}
