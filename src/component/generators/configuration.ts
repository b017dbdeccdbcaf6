// The lines of a directory of configuration, as sysusers.d(5) and tmpfiles.d(5) have it: of two files of one name in /etc and
// /usr/lib the one in /etc, all of them in the order of their names. A component's own files come before its packages'.
import { byName } from '../../base/order.ts';
import { contentBytes } from '../../tree/content.ts';
import type { FileNode } from '../../tree/node.ts';
import { baseName } from '../../tree/resolve-links.ts';
import { parentOf, type ReadonlyTree } from '../../tree/tree.ts';

export interface ConfigurationLine {
  /** `usr/lib/sysusers.d/etcd.conf:3`. */
  readonly place: string;
  /** Words without their quotes. */
  readonly words: readonly string[];
}

export async function configurationLines(
  trees: readonly ReadonlyTree[],
  directory: 'sysusers.d' | 'tmpfiles.d',
): Promise<ConfigurationLine[]> {
  const files = new Map<string, { path: string; node: FileNode }>();
  for (const place of ['etc', 'usr/lib']) {
    for (const tree of trees) {
      for (const [path, node] of tree) {
        const name = baseName(path);
        if (node.type !== 'file' || parentOf(path) !== `${place}/${directory}` || !name.endsWith('.conf'))
          continue;
        if (!files.has(name)) files.set(name, { path, node });
      }
    }
  }
  const lines: ConfigurationLine[] = [];
  for (const name of [...files.keys()].sort(byName)) {
    const { path, node } = files.get(name)!;
    const text = Buffer.from(await contentBytes(node.content)).toString('utf8');
    text.split('\n').forEach((line, index) => {
      const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
        ([, double, single, plain]) => double ?? single ?? plain!,
      );
      if (words.length > 0 && !words[0]!.startsWith('#'))
        lines.push({ place: `${path}:${index + 1}`, words });
    });
  }
  return lines;
}
