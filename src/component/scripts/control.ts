// The control files of a component's packages, read when somebody asks for them: most components need none.
import type { LockedPackage } from '../../packages/locked.ts';
import { contentBytes } from '../../tree/content.ts';
import type { ReadonlyTree } from '../../tree/tree.ts';

export const scriptNames = ['preinst', 'postinst'] as const;

export interface PackageScripts {
  readonly package: string;
  /** `postinst` → its text; empty where it has none. */
  readonly scripts: Readonly<Record<(typeof scriptNames)[number], string>>;
  /** deb-triggers(5). */
  readonly triggers: string;
}

export type ReadControl = (locked: LockedPackage) => Promise<ReadonlyTree>;

/** In bytes; a longer one is read as if it ended there. */
const maxSize = 1 << 20;

export async function readScripts(
  packages: readonly LockedPackage[],
  control: ReadControl,
): Promise<PackageScripts[]> {
  const read: PackageScripts[] = [];
  for (const locked of packages) {
    const tree = await control(locked);
    const [preinst, postinst, triggers] = [
      await textOf(tree, 'preinst'),
      await textOf(tree, 'postinst'),
      await textOf(tree, 'triggers'),
    ];
    read.push({ package: locked.name, scripts: { preinst, postinst }, triggers });
  }
  return read;
}

async function textOf(tree: ReadonlyTree, name: string): Promise<string> {
  const node = tree.get(name);
  if (node?.type !== 'file') return '';
  const text = Buffer.from(await contentBytes(node.content))
    .subarray(0, maxSize)
    .toString('utf8');
  // A maintainer script may be a program of any kind.
  return name === 'triggers' || /^#! ?\/(usr\/)?bin\/(sh|dash|bash)\b/.test(text) ? text : '';
}
