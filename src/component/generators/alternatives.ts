// The links of update-alternatives for every program that was taken, from what its package's postinst says.
import type { Tree, TreePath } from '../../tree/tree.ts';
import { alternativeLinks, readAlternatives } from '../scripts/alternatives.ts';
import type { GeneratorContext, GeneratorPackages } from './generator.ts';

export async function generateAlternatives(
  tree: Tree,
  _: GeneratorContext,
  { scripts }: GeneratorPackages,
): Promise<void> {
  const alternatives = (await scripts()).flatMap(({ scripts: { postinst } }) => readAlternatives(postinst));
  const links = alternativeLinks(alternatives, (path: TreePath) => tree.has(path));
  for (const [path, link] of links) if (!tree.has(path)) tree.set(path, link);
}
