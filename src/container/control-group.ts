// The control group of a container, into the config.json of its bundle, where the spec names none: an init that keeps
// containers in groups of its own says which. As text: numbers such as the limit 2^64 − 1 would not survive being read and
// written, and within a string there is no quotation mark that is not escaped.
import { parseSection } from '../contract/bundles.ts';
import { contentBytes } from '../tree/content.ts';
import { file, type Tree } from '../tree/tree.ts';
import type { Init } from './init/init.ts';

/** `path`: the bundle's directory on the machine, /containers/SECTION/NAME. */
export async function placeInControlGroup(tree: Tree, path: string, init: Init | undefined): Promise<void> {
  const [, , word = '', directory = ''] = path.split('/');
  const section = parseSection(word);
  const config = `${path.slice(1)}/config.json`;
  const node = tree.get(config);
  if (!init?.controlGroup || section === undefined || node?.type !== 'file') return;
  const text = Buffer.from(await contentBytes(node.content)).toString();
  if (/"cgroupsPath"\s*:/.test(text)) return;
  const group = JSON.stringify(init.controlGroup(section, directory));
  tree.set(config, {
    ...node,
    content: file(text.replace(/"linux"\s*:\s*\{/, `$&"cgroupsPath": ${group},`)).content,
  });
}
