// `catamaran component show NAME --why PATH`: what brought a file into a component, from its component.yml down to the file.
import { asJson } from '../../base/json.ts';
import { type Explanation, explainPath } from '../../component/explain.ts';
import { imageTree } from '../../oci/flatten.ts';
import { createContext } from '../context.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';
import { buildNamed } from './component-build.ts';

export async function showWhy(named: string, path: string, session: Session): Promise<void> {
  const context = await createContext(session);
  let found: Explanation | undefined;
  await buildNamed(named, session, context, async ({ image, name, ...request }, packages) => {
    const tree = await imageTree(context.cache, image, name);
    found = await explainPath(path, request, tree, packages);
  });
  if (found)
    session.front.result('component show', { component: named, found: asJson(found) }, render(found));
}

function render({ path, there, why, packages, chain, root }: Explanation): string {
  const from = packages.length > 0 ? `of the package ${packages.join(', ')}` : 'of no package';
  const head = `${path} (${from}) is ${there ? 'there' : 'not there'}: ${why}\n`;
  if (root === undefined) return head;
  const { file, line, column } = root.position;
  const rows = chain.map((link) => [link.path, link.how]);
  return `${head}\n${renderTable([[`${file}:${line}:${column}`, root.path], ...rows])}`;
}
