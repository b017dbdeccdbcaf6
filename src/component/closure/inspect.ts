// What a file is to who would run it: an ELF object, a script with its interpreter, or neither. Each file is opened once,
// however many need it.
import type { Content } from '../../tree/content.ts';
import type { FileNode } from '../../tree/node.ts';
import { type ElfFacts, readElf } from './elf.ts';
import { withSlices } from './read-slice.ts';
import { readShebang, type Shebang, shebangSize } from './shebang.ts';

export type FileKind =
  | { readonly kind: 'elf'; readonly facts: ElfFacts }
  | { readonly kind: 'script'; readonly shebang: Shebang }
  | { readonly kind: 'data' }
  /** ELF, but not as it must be. */
  | { readonly kind: 'malformed'; readonly why: string };

export type KindOf = (file: FileNode) => Promise<FileKind>;

export function createInspector(): KindOf {
  const known = new Map<FileNode, Promise<FileKind>>();
  return (file) => {
    const found = known.get(file) ?? inspectContent(file.content);
    known.set(file, found);
    return found;
  };
}

function inspectContent(content: Content): Promise<FileKind> {
  return withSlices(content, async (read): Promise<FileKind> => {
    const elf = await readElf(read);
    if (typeof elf === 'string') return { kind: 'malformed', why: elf };
    if (elf !== undefined) return { kind: 'elf', facts: elf };
    const shebang = readShebang(await read(0, shebangSize));
    return shebang === undefined ? { kind: 'data' } : { kind: 'script', shebang };
  });
}
