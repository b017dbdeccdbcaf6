// One volume to its directories, in LinuxKit's layout: what it holds at first is mounted on `lower`, and init lays memory
// over it at `merged`, which is what containers bind. Without `tmp` it is read-only: then `merged` is `lower` itself.
import { volumeDirectory } from '../specification/mount-settings.ts';
import type { Volume } from '../specification/types.ts';
import { addParents, directory, type Tree } from '../tree/tree.ts';
import type { Bundle } from './bundle.ts';

export function makeVolume({ name, readonly }: Pick<Volume, 'name' | 'readonly'>): Omit<Bundle, 'start'> {
  const path = volumeDirectory(name);
  const parts = readonly ? ['lower', 'merged'] : ['lower', 'merged', 'tmp'];
  const tree: Tree = new Map(parts.map((part) => [`${path}/${part}`.slice(1), directory()]));
  addParents(tree, `${path}/lower`.slice(1));
  return { tree, mountPoint: `${path}/lower` };
}
