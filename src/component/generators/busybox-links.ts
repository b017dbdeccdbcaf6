// The links of BusyBox's applets, as `busybox --install` would make them. The names are read from the binary's own
// table of applets (applet_tables.h: NUL-terminated names in ascending order, the first of which are `[` and `[[`),
// because nothing of the target is executed. A path that exists already is left to its owner.

import { CatamaranError } from '../../base/errors.ts';
import { contentBytes } from '../../tree/content.ts';
import type { FileNode } from '../../tree/node.ts';
import { baseName } from '../../tree/resolve-links.ts';
import { symlink, type Tree } from '../../tree/tree.ts';

export async function generateBusyboxLinks(tree: Tree): Promise<void> {
  const binary = tree.get('usr/bin/busybox');
  if (binary?.type !== 'file') throw noApplets('there is no usr/bin/busybox');
  for (const [path, link] of await appletLinks(binary)) {
    const taken = ['bin', 'sbin'].some((directory) => tree.has(`usr/${directory}/${baseName(path)}`));
    if (!taken) tree.set(path, link);
  }
}

export async function appletLinks(binary: FileNode): Promise<Tree> {
  const names = appletNames(Buffer.from(await contentBytes(binary.content)));
  return new Map(names.map((name) => [`usr/bin/${name}`, symlink('busybox')]));
}

export function appletNames(binary: Buffer): string[] {
  const start = binary.indexOf('\0[\0[[\0') + 1;
  if (start === 0) throw noApplets('its table of applets was not found');
  const names: string[] = [];
  for (let from = start; ; ) {
    const end = binary.indexOf(0, from);
    const name = binary.toString('latin1', from, end);
    if (!/^(\[{1,2}|[a-z][a-z0-9._+-]*)$/.test(name) || (names.length > 0 && name <= names.at(-1)!))
      return names;
    names.push(name);
    from = end + 1;
  }
}

function noApplets(why: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'generator-busybox-links',
    message: `busybox-links cannot link the applets: ${why}`,
    hint: 'Add the package busybox to the component, or drop busybox-links from its generators.',
  });
}
