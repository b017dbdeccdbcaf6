// The directories below /var that the packages ship: their programs expect them, and where a component takes its programs
// alone they would be left out. With the owners that the package gives them.
import { parentOf, type Tree } from '../../tree/tree.ts';
import type { GeneratorContext, GeneratorPackages } from './generator.ts';

export async function generateVar(
  tree: Tree,
  _: GeneratorContext,
  { shipped }: GeneratorPackages,
): Promise<void> {
  for (const { tree: whole } of shipped) {
    for (const [path, node] of whole) {
      if (node.type !== 'directory' || !path.startsWith('var/')) continue;
      for (let at = path; at !== ''; at = parentOf(at)) {
        const there = whole.get(at);
        if (there?.type === 'directory' && !tree.has(at)) tree.set(at, there);
      }
    }
  }
}
